import { isUtf8 } from 'node:buffer';
import type { LedgerTable } from '../../move/ledger-table.js';
import type { ColumnType } from '../../statements.js';
import type { Connection } from '../driver.js';

/** What SQLite calls the types of values that a column may have. */
const FITTING: Readonly<Record<ColumnType, string>> = {
  integer: "'integer', 'null'",
  real: "'real', 'integer', 'null'",
  text: "'text', 'null'",
  bytes: "'blob', 'null'",
};

/** At most this many rows of a table are named. */
const MOST = 20;

/**
 * Looks for what SQLite lets in and no other ledger can keep: values of another type than their column's, text that is none,
 * and keys without a value. It reads and never writes.
 *
 * @returns for people, each with its table, row and column
 */
export function unmovable(connection: Connection, tables: readonly LedgerTable[]): string[] {
  connection.function('is_utf8', { deterministic: true }, (bytes: unknown) => (isUtf8(bytes as Uint8Array) ? 1 : 0));
  return tables.flatMap((table) => unmovableIn(connection, table));
}

function unmovableIn(connection: Connection, { name, columns, key }: LedgerTable): string[] {
  const faults = Object.entries(columns).flatMap(([column, type]) =>
    faultsOf(column, type, key.includes(column)).map(([sql, why]) => ({ column, sql, why })),
  );
  const rows = connection
    .prepare<[], (string | null)[]>(
      `SELECT ${key.map((column) => `quote(${column})`).join(` || ', ' || `)},
         ${faults.map(({ column, sql }) => `CASE WHEN ${sql} THEN coalesce(quote(${column}), '') END`).join(', ')}
       FROM ${name} WHERE ${faults.map(({ sql }) => sql).join(' OR ')} LIMIT ${MOST}`,
    )
    .raw()
    .all();
  return rows.flatMap(([row, ...values]) =>
    faults.flatMap(({ column, why }, at) => {
      const value = values[at];
      if (typeof value !== 'string') return [];
      return [`${name}, row ${key.join(', ')} ${row}: ${column} ${why} (${value.slice(0, 60)})`];
    }),
  );
}

/** Each in SQL, and in words. */
function faultsOf(column: string, type: ColumnType, isKey: boolean): (readonly [string, string])[] {
  const faults: (readonly [string, string])[] = [[`typeof(${column}) NOT IN (${FITTING[type]})`, 'is not of its type']];
  if (isKey) faults.push([`${column} IS NULL`, 'is NULL in a key']);
  if (type !== 'text') return faults;
  const bytes = `CAST(${column} AS BLOB)`;
  const isText = `typeof(${column}) = 'text'`;
  faults.push([`(${isText} AND instr(${bytes}, x'00') > 0)`, 'has a byte of zero, which PostgreSQL takes in no text']);
  // GLOB decodes whatever is no UTF-8 to something beyond ASCII, and is quicker than our function.
  faults.push([`(${isText} AND ${column} GLOB '*[^ -~]*' AND NOT is_utf8(${bytes}))`, 'has bytes that are no UTF-8']);
  return faults;
}
