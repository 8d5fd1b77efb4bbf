import type { Questions } from '../database.js';
import { tupleQuestion, type Value } from '../statements.js';
import type { LedgerTable } from './ledger-table.js';

/** So many rows are in memory at once; those of `batch` have 8 kB each. */
const ROWS_A_PAGE = 4_000;

/** A row, its values in the order of the table's columns. */
export type MovedRow = readonly Value[];

/** The rows of a table after a key, in the order of the key, page by page. */
export async function* pagesOf(
  ask: Questions,
  { name, columns, key }: LedgerTable,
  after?: readonly Value[],
): AsyncGenerator<MovedRow[]> {
  const names = Object.keys(columns);
  const wanted = names.join(', ');
  const order = `ORDER BY ${key.join(', ')} LIMIT ${ROWS_A_PAGE}`;
  const first = tupleQuestion<MovedRow>(`SELECT ${wanted} FROM ${name} ${order}`);
  const next = tupleQuestion<MovedRow>(
    `SELECT ${wanted} FROM ${name} WHERE (${key.join(', ')}) > (${key.map(() => '?').join(', ')}) ${order}`,
  );
  const places = key.map((column) => names.indexOf(column));
  let last = after;
  for (;;) {
    const rows = last ? await ask.all(next, ...last) : await ask.all(first);
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_A_PAGE) return;
    last = places.map((place) => rows.at(-1)![place] as Value);
  }
}

/** The greatest key of a table; undefined if it is empty. */
export async function lastKeyOf(ask: Questions, { name, key }: LedgerTable): Promise<readonly Value[] | undefined> {
  const order = key.map((column) => `${column} DESC`).join(', ');
  return ask.get(tupleQuestion<readonly Value[]>(`SELECT ${key.join(', ')} FROM ${name} ORDER BY ${order} LIMIT 1`));
}
