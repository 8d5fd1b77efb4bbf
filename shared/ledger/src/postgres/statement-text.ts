import { createHash } from 'node:crypto';
import type { ColumnType, Insert, List, Value, Values } from '../statements.js';

/** A statement as PostgreSQL takes it. */
export interface Ready {
  /** By which the server keeps it prepared. */
  readonly name: string | undefined;
  readonly text: string;
  readonly values: readonly (string | Uint8Array | null)[];
}

/** What PostgreSQL calls the types of columns. */
const TYPE: Readonly<Record<ColumnType, string>> = {
  integer: 'bigint',
  real: 'double precision',
  text: 'text',
  bytes: 'bytea',
};

/** Text and names in quotes, in which nothing is replaced; the hint that only SQLite takes; and what is replaced. */
const PARTS =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|\s+INDEXED BY \w+|\bcurrent_timestamp\b|\b(NOT )?IN @(\w+)|@(\w+)|\?|\boffset\b/gi;

/** As SQLite writes the time. */
export const NOW = "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')";

/** A statement of the ledger's with its values. Each value has its type beside it: else `@now + 1` would be of 32 bits. */
export function ready(sql: string, values: Values): Ready {
  const [first] = values;
  const named = isNamed(first) ? first : undefined;
  const bound: (string | Uint8Array | null)[] = [];
  const places = new Map<string, string>();
  let next = 0;
  const place = (value: Value) => {
    bound.push(written(value));
    return `$${bound.length}${castOf(value)}`;
  };
  const namedPlace = (name: string, make: () => string) => {
    const before = places.get(name);
    if (before !== undefined) return before;
    const made = make();
    places.set(name, made);
    return made;
  };
  const text = sql.replace(
    PARTS,
    (part, not: string | undefined, list: string | undefined, name: string | undefined) => {
      if (part.startsWith("'") || part.startsWith('"')) return part;
      if (/^\s+INDEXED BY/i.test(part)) return '';
      if (/^current_timestamp$/i.test(part)) return NOW;
      if (/^offset$/i.test(part)) return '"offset"';
      if (list !== undefined) {
        const of = namedPlace(list, () => {
          const items = valueNamed(named, list) as List;
          bound.push(arrayOf(items));
          return `$${bound.length}${castOfList(items)}`;
        });
        return not === undefined ? `= ANY (${of})` : `<> ALL (${of})`;
      }
      if (name !== undefined) return namedPlace(name, () => place(valueNamed(named, name) as Value));
      return place(values[next++] as Value);
    },
  );
  return { name: nameOf(text), text, values: bound };
}

/** An INSERT of many rows in one statement. Of rows with the same key the last one counts, as if they came one by one. */
export function readyForMany(insert: Insert, rows: readonly Values[]): Ready {
  const columns = Object.entries(insert.columns);
  const kept = insert.key.length === 0 ? rows : lastOfEach(insert, rows);
  const arrays = columns.map(([, type], at) => `$${at + 1}::${TYPE[type]}[]`);
  const names = columns.map(([name]) => name).join(', ');
  const conflict = insert.onConflict ? ` ON CONFLICT ${insert.onConflict}` : '';
  const text = `INSERT INTO ${insert.table} (${names}) SELECT * FROM unnest(${arrays.join(', ')})${conflict}`;
  const values = columns.map((_, at) => arrayOf(kept.map((row) => row[at] as Value)));
  return { ...ready(text, []), values };
}

function lastOfEach({ columns, key }: Insert, rows: readonly Values[]): Values[] {
  const names = Object.keys(columns);
  const places = key.map((name) => names.indexOf(name));
  const byKey = new Map<string, Values>();
  for (const row of rows) byKey.set(places.map((place) => `${typeof row[place]}${row[place]}`).join('\0'), row);
  return [...byKey.values()];
}

function isNamed(value: Values[number] | undefined): value is Readonly<Record<string, Value | List>> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

function valueNamed(named: Readonly<Record<string, Value | List>> | undefined, name: string): Value | List {
  const value = named?.[name];
  if (value === undefined) throw new TypeError(`the statement has no value for @${name}`);
  return value;
}

/** A number without a fraction may be of either type of number; each becomes a double exactly. */
function castOf(value: Value): string {
  if (typeof value === 'bigint') return '::bigint';
  if (typeof value === 'number' && !Number.isNaN(value))
    return Number.isSafeInteger(value) ? '::bigint' : '::double precision';
  return typeof value === 'string' ? '::text' : '';
}

/** The server knows what an empty list is of by what it is compared with. */
function castOfList([first]: List): string {
  if (first === undefined) return '';
  return typeof first === 'string' ? '::text[]' : '::bigint[]';
}

/** NaN is no value, as in SQLite. */
function written(value: Value): string | Uint8Array | null {
  if (value === undefined) throw new TypeError('a value of the statement is missing');
  // PostgreSQL's text has no place for it; SQLite's has.
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd');
  if (value === null || value instanceof Uint8Array) return value;
  if (Number.isNaN(value)) return null;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** An array as PostgreSQL reads it. */
function arrayOf(values: readonly Value[]): string {
  return `{${values.map(elementOf).join(',')}}`;
}

function elementOf(value: Value): string {
  const text = written(value);
  if (text === null) return 'NULL';
  if (text instanceof Uint8Array) return `"\\\\x${Buffer.from(text).toString('hex')}"`;
  return typeof value === 'string' ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}

/** Names of equal texts are equal, and short enough for the server; it keeps no statement prepared whose columns may come to be others. */
function nameOf(text: string): string | undefined {
  if (/\bSELECT \* FROM \w/.test(text) && !text.startsWith('INSERT')) return undefined;
  return createHash('sha1').update(text).digest('hex');
}
