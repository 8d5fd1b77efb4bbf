import { AlertRejected } from '@lvra/shared/errors';
import { THRESHOLDS } from '@lvra/shared/ledger/reference-schema';
import type { AlertView } from './alert.js';
import type { FieldList } from './fields.js';

/**
 * What the reference drops: names, times and ids that a model must not learn from, and the source's own errors of
 * position where the filter's are kept.
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

/** The columns that are computed rather than copied, in the order in which a row gives them. */
export const COMPUTED_COLUMNS = [
  ...THRESHOLDS.flatMap((magnitude) => [`is_above_${magnitude}`, `first_time_${magnitude}`, `N_above_${magnitude}`]),
  'deltaDiaSourceMjdTai',
];

/**
 * Real alerts have some 130 fields. Without a limit one message could make a file that nobody reads any more: the
 * header, and every row of it, would be longer than the longest row that predict takes.
 */
const MOST_COLUMNS = 1_000;
const LONGEST_NAME = 200;

/** Where the fields of alerts with one set of names go. */
export interface Layout {
  /** Of each field of the source and of the message, in their order: its column, or -1 where it is dropped. */
  readonly source: Int32Array;
  readonly message: Int32Array;
}

/**
 * The columns of one feature file, in order of first appearance, and the layouts seen in it.
 *
 * A name that both the message and the source have keeps its plain form for the message's value; the source's
 * becomes `<name>_sourceId`, as in the reference.
 */
export class Columns {
  readonly names: string[] = ['index'];
  readonly #indexes = new Map<string, number>([['index', 0]]);
  readonly #layouts = new Map<string, Layout>();
  #lastKeys = Buffer.alloc(0);
  #lastLayout: Layout | undefined;
  #computed: number[] | undefined;

  /** The columns of COMPUTED_COLUMNS. */
  get computed(): number[] {
    this.#computed ??= COMPUTED_COLUMNS.map((name) => this.#indexOf(name));
    return this.#computed;
  }

  /**
   * The layout of an alert; alerts of one batch nearly always share one, and then only names are compared.
   *
   * @throws AlertRejected where the alert would bring more columns than a file may have
   */
  layoutOf(view: AlertView): Layout {
    if (this.#lastLayout && this.#sameKeys(view)) return this.#lastLayout;
    const source = namesOf(view.bytes, view.source);
    const message = namesOf(view.bytes, view.message);
    const key = JSON.stringify([source, message]);
    let layout = this.#layouts.get(key);
    if (!layout) {
      layout = this.#layout(source, message);
      this.#layouts.set(key, layout);
    }
    this.#lastLayout = layout;
    this.#lastKeys = Buffer.concat([keyBytes(view.bytes, view.source), keyBytes(view.bytes, view.message)]);
    return layout;
  }

  #indexOf(name: string): number {
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = this.names.push(name) - 1;
      this.#indexes.set(name, index);
    }
    return index;
  }

  #layout(source: string[], message: string[]): Layout {
    const inMessage = new Set(message);
    const sourceColumns = source.map((name) => (inMessage.has(name) ? `${name}_sourceId` : name));
    this.#refuseTooMany([...sourceColumns, ...message]);
    const place = (name: string) => (DROPPED.has(name) ? -1 : this.#indexOf(name));
    return {
      source: Int32Array.from(sourceColumns, place),
      message: Int32Array.from(message, place),
    };
  }

  #refuseTooMany(names: readonly string[]): void {
    const fresh = new Set(names.filter((name) => !DROPPED.has(name) && !this.#indexes.has(name)));
    const count = this.names.length + fresh.size + COMPUTED_COLUMNS.length;
    if (count > MOST_COLUMNS) {
      throw new AlertRejected(
        'too_large',
        `its fields would make ${count} columns, more than the ${MOST_COLUMNS} allowed`,
      );
    }
    const long = [...fresh].find((name) => name.length > LONGEST_NAME);
    if (long !== undefined) {
      throw new AlertRejected('too_large', `a field has a name of ${long.length} characters: ${long.slice(0, 40)}…`);
    }
  }

  #sameKeys(view: AlertView): boolean {
    const layout = this.#lastLayout as Layout;
    if (view.source.count !== layout.source.length || view.message.count !== layout.message.length) return false;
    const at = this.#compare(view.bytes, view.source, 0);
    return at !== -1 && this.#compare(view.bytes, view.message, at) === this.#lastKeys.length;
  }

  /** Compares keys with those of the alert before, from `at` on. @returns where they end, or -1 where they differ */
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

/** The names as the header has them: what no UTF-8 file can hold is replaced, so that no two columns look alike. */
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
