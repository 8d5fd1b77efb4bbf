import { AlertRejected } from '@lvra/core';
import { THRESHOLDS } from '@lvra/ledger';
import type { AlertView } from '../alert/alert.js';
import type { FieldList } from '../alert/fields.js';
import { textCell } from './csv-cells.js';
import { fieldType, KNOWN_COLUMNS } from './field-types.js';
import type { TopLevelNames } from './top-level-names.js';

/**
 * What the reference drops: names, times and ids that a model must not learn from, and the source's position errors,
 * because the filter's are kept.
 */
const DROPPED = new Set([
  'visit',
  'tns_name',
  'ssObjectId',
  'parentDiaSourceId',
  'midpointMjdTai',
  'timeProcessedMjdTai',
  'timeWithdrawnMjdTai',
  'firstDiaSourceMjdTai',
  'ra_sourceId',
  'raErr_sourceId',
  'decErr_sourceId',
  'ra_dec_Cov_sourceId',
  'UTC',
]);

/** The computed columns, in the order of a row. */
export const COMPUTED_COLUMNS = [
  ...THRESHOLDS.flatMap((magnitude) => [`is_above_${magnitude}`, `first_time_${magnitude}`, `N_above_${magnitude}`]),
  'deltaDiaSourceMjdTai',
];

/** The most fields of one alert, source and message together; real ones have about 130. */
const MOST_FIELDS = 800;
/** The longest column name, bytes. */
const LONGEST_NAME = 200;
/**
 * The most columns that neither Rubin, Lasair nor a model knows. Without a limit, many alerts with a few such names
 * each would make rows too long for predict: with it, header and longest row stay below half a megabyte together.
 */
const MOST_UNKNOWN_COLUMNS = 800;

/** The columns for alerts with one set of field names. */
export interface Layout {
  /** For each field of the source and of the message, in their order: its column, or -1 if it is dropped. */
  readonly source: Int32Array;
  readonly message: Int32Array;
  /** Its FieldType. */
  readonly sourceTypes: Uint8Array;
  readonly messageTypes: Uint8Array;
  readonly sourceNames: readonly string[];
  readonly messageNames: ReadonlySet<string>;
  /** How many columns there were before it, and how many of unknown names. */
  readonly before: number;
  readonly unknownBefore: number;
  /** How many rows have it. */
  rows: number;
}

/** The most layouts kept; a batch from Lasair has a few. */
const MOST_LAYOUTS = 100;

/**
 * The columns of one feature file, in order of first appearance, and the layouts seen in it.
 *
 * If both the message and the source have a name, the message's value keeps it and the source's becomes
 * `<name>_sourceId`, as in the reference. `topLevel` decides which names these are, for the whole batch.
 */
export class Columns {
  readonly names: string[] = ['index'];
  /** The first column that exceeded the limit. */
  leftOut: string | undefined;
  readonly #indexes = new Map<string, number>([['index', 0]]);
  readonly #layouts = new Map<string, Layout>();
  readonly #wanted: ReadonlySet<string>;
  readonly #topLevel: TopLevelNames;
  #unknown = 0;
  #lastKeys = Buffer.alloc(0);
  #lastLayout: Layout | undefined;
  #computed: number[] | undefined;

  /**
   * @param wanted columns that models take: the limit does not apply to them
   * @param topLevel what is known of the batch's names
   */
  constructor(wanted: ReadonlySet<string>, topLevel: TopLevelNames) {
    this.#wanted = wanted;
    this.#topLevel = topLevel;
  }

  /** The columns of COMPUTED_COLUMNS. */
  get computed(): number[] {
    this.#computed ??= COMPUTED_COLUMNS.map((name) => this.#indexOf(name));
    return this.#computed;
  }

  /**
   * The layout of an alert. Alerts of one batch nearly always share one, so usually only names are compared.
   *
   * @throws AlertRejected if the alert has too many fields, or a name that is too long
   */
  layoutOf(view: AlertView): Layout {
    if (this.#lastLayout && this.#sameKeys(view)) return this.#lastLayout;
    const count = view.source.count + view.message.count;
    if (count > MOST_FIELDS) {
      throw new AlertRejected('too_large', `it has ${count} fields, more than the ${MOST_FIELDS} allowed`);
    }
    const source = namesOf(view.bytes, view.source);
    const message = namesOf(view.bytes, view.message);
    const key = JSON.stringify([source, message]);
    let layout = this.#layouts.get(key);
    if (!layout) {
      layout = this.#layout(source, message);
      if (this.#layouts.size === MOST_LAYOUTS) this.#countRows();
      this.#layouts.set(key, layout);
    }
    this.#lastLayout = layout;
    this.#lastKeys = Buffer.concat([keyBytes(view.bytes, view.source), keyBytes(view.bytes, view.message)]);
    return layout;
  }

  /** Removes the columns that only a rejected alert had added. */
  withdraw({ rows, before, unknownBefore }: Layout): void {
    if (rows > 0) return;
    for (const name of this.names.splice(before)) this.#indexes.delete(name);
    this.#unknown = unknownBefore;
    this.#computed = undefined;
    this.#countRows();
  }

  /** The names of the batch by its rows, if the rows would have differed had they been known from the start. */
  decideTopLevel(): TopLevelNames | undefined {
    this.#countRows();
    return this.#topLevel.decide();
  }

  #countRows(): void {
    for (const { sourceNames, messageNames, rows } of this.#layouts.values()) {
      this.#topLevel.count(sourceNames, messageNames, rows);
    }
    this.#layouts.clear();
    this.#lastLayout = undefined;
  }

  #layout(source: string[], message: string[]): Layout {
    const long = [...source, ...message].find((name) => textCell(name).length > LONGEST_NAME);
    if (long !== undefined) {
      throw new AlertRejected(
        'too_large',
        `a field's name begins ${long.slice(0, 40)} and has ${long.length} characters`,
      );
    }
    const before = this.names.length;
    const unknownBefore = this.#unknown;
    const inMessage = new Set(message);
    this.#topLevel.see(inMessage);
    const renamed = source.map((name) => this.#topLevel.isTopLevel(name, inMessage));
    const sourceColumns = source.map((name, field) => (renamed[field] ? `${name}_sourceId` : name));
    // If a renamed field collides with another one, the source's own wins; of a repeated name, the last.
    const taken = new Set(sourceColumns.filter((_, field) => renamed[field]));
    const sourceLast = new Map(source.map((name, field) => [name, field]));
    const messageLast = new Map(message.map((name, field) => [name, field]));
    return {
      source: Int32Array.from(sourceColumns, (column, field) => {
        const counts = sourceLast.get(source[field] as string) === field && (renamed[field] || !taken.has(column));
        return counts ? this.#place(column) : -1;
      }),
      message: Int32Array.from(message, (name, field) => {
        const counts = messageLast.get(name) === field && !taken.has(name) && !this.#topLevel.isSources(name);
        return counts ? this.#place(name) : -1;
      }),
      sourceTypes: Uint8Array.from(source, fieldType),
      messageTypes: Uint8Array.from(message, fieldType),
      sourceNames: [...sourceLast.keys()],
      messageNames: inMessage,
      before,
      unknownBefore,
      rows: 0,
    };
  }

  #place(name: string): number {
    if (DROPPED.has(name)) return -1;
    const known = this.#indexes.has(name) || KNOWN_COLUMNS.has(name) || this.#wanted.has(name);
    if (known) return this.#indexOf(name);
    if (this.#unknown === MOST_UNKNOWN_COLUMNS) {
      this.leftOut ??= name;
      return -1;
    }
    this.#unknown++;
    return this.#indexOf(name);
  }

  #indexOf(name: string): number {
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = this.names.push(name) - 1;
      this.#indexes.set(name, index);
    }
    return index;
  }

  #sameKeys(view: AlertView): boolean {
    const layout = this.#lastLayout as Layout;
    if (view.source.count !== layout.source.length || view.message.count !== layout.message.length) return false;
    const at = this.#compare(view.bytes, view.source, 0);
    return at !== -1 && this.#compare(view.bytes, view.message, at) === this.#lastKeys.length;
  }

  /** Compares keys with those of the previous alert, from `at` on. @returns where they end, or -1 if they differ */
  #compare(bytes: Buffer, fields: FieldList, at: number): number {
    const last = this.#lastKeys;
    let to = at;
    for (let field = 0; field < fields.count; field++) {
      const end = fields.keyEnd(field);
      for (let i = fields.keyStart(field); i < end; i++) if (bytes[i] !== last[to++]) return -1;
      // The closing quote ends each key, so that "ab","c" is not "a","bc".
      if (last[to++] !== 0x22) return -1;
    }
    return to;
  }
}

/** The names as in the header, where what UTF-8 cannot hold is replaced, so that no two columns look alike. */
function namesOf(bytes: Buffer, fields: FieldList): string[] {
  return Array.from({ length: fields.count }, (_, field) =>
    Buffer.from(fields.nameOf(bytes, field).replaceAll('\0', '\ufffd')).toString(),
  );
}

function keyBytes(bytes: Buffer, fields: FieldList): Buffer {
  return Buffer.concat(
    Array.from({ length: fields.count }, (_, field) =>
      bytes.subarray(fields.keyStart(field), fields.keyEnd(field) + 1),
    ),
  );
}
