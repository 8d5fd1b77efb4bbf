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
    hash.update(rows.map((row) => row.map(textOf).join('')).join(''));
    count += rows.length;
    onRows(rows.length);
  }
  return { rows: count, sha256: hash.digest('hex') };
}

/** With its kind and length, so that no two rows look alike. SQLite keeps no sign of zero, and `-0` is written `0`. */
function textOf(value: Value): string {
  if (value === null) return 'n';
  if (typeof value === 'bigint') return `i${value};`;
  if (typeof value === 'number') return `r${value};`;
  if (typeof value === 'string') return `t${value.length};${value}`;
  return `b${Buffer.from(value).toString('hex')};`;
}
