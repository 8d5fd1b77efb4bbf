import { createHash } from 'node:crypto';
import type { Questions } from '../database.js';
import type { Value } from '../statements.js';
import type { LedgerTable } from './ledger-table.js';
import { pagesOf } from './pages.js';

/** How many rows a table has, and a SHA-256 of all their values in the order of its key. */
export interface TableSum {
  readonly rows: number;
  readonly sha256: string;
}

/** The same for the same rows, whatever keeps them. @param onRows called with how many rows were read since */
export async function sumOf(ask: Questions, table: LedgerTable, onRows: (rows: number) => void): Promise<TableSum> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const rows of pagesOf(ask, table)) {
    for (const row of rows) for (const value of row) addTo(hash, value);
    count += rows.length;
    onRows(rows.length);
  }
  return { rows: count, sha256: hash.digest('hex') };
}

/** With its kind and length, so that no two rows look alike; doubles by their bits, but SQLite keeps no sign of zero. */
function addTo(hash: ReturnType<typeof createHash>, value: Value): void {
  if (value === null) hash.update('n');
  else if (typeof value === 'bigint') hash.update(`i${value};`);
  else if (typeof value === 'number')
    hash.update('r').update(Buffer.from(Float64Array.of(value === 0 ? 0 : value).buffer));
  else if (typeof value === 'string') hash.update(`t${Buffer.byteLength(value)};`).update(value);
  else hash.update(`b${value.length};`).update(value);
}
