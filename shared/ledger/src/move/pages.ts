import type { Questions } from '../database.js';
import { tupleQuestion, type Value } from '../statements.js';
import type { LedgerTable } from './ledger-table.js';

/** So many rows are in memory at once; of a table with bytes, which are 8 kB a row in `batch`, fewer. */
const MOST_ROWS = 4_000;
const MOST_ROWS_WITH_BYTES = 400;

export function rowsAPage({ columns }: LedgerTable): number {
  return Object.values(columns).includes('bytes') ? MOST_ROWS_WITH_BYTES : MOST_ROWS;
}

/** A row, its values in the order of the table's columns. */
export type MovedRow = readonly Value[];

/** The rows of a table after a key, in the order of the key, page by page. */
export async function* pagesOf(
  ask: Questions,
  table: LedgerTable,
  after?: readonly Value[],
): AsyncGenerator<MovedRow[]> {
  const { name, key } = table;
  const names = Object.keys(table.columns);
  const most = rowsAPage(table);
  const wanted = names.join(', ');
  const order = `ORDER BY ${key.join(', ')} LIMIT ${most}`;
  const first = tupleQuestion<MovedRow>(`SELECT ${wanted} FROM ${name} ${order}`);
  const next = tupleQuestion<MovedRow>(
    `SELECT ${wanted} FROM ${name} WHERE (${key.join(', ')}) > (${key.map(() => '?').join(', ')}) ${order}`,
  );
  const places = key.map((column) => names.indexOf(column));
  let last = after;
  for (;;) {
    const rows = last ? await ask.all(next, ...last) : await ask.all(first);
    if (rows.length > 0) yield rows;
    if (rows.length < most) return;
    last = places.map((place) => rows.at(-1)![place] as Value);
  }
}

/** The greatest key of a table; undefined if it is empty. */
export async function lastKeyOf(ask: Questions, { name, key }: LedgerTable): Promise<readonly Value[] | undefined> {
  const order = key.map((column) => `${column} DESC`).join(', ');
  return ask.get(tupleQuestion<readonly Value[]>(`SELECT ${key.join(', ')} FROM ${name} ORDER BY ${order} LIMIT 1`));
}
