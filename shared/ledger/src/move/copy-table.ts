import type { Database } from '../database.js';
import { Insert } from '../statements.js';
import type { LedgerTable } from './ledger-table.js';
import { lastKeyOf, pagesOf } from './pages.js';
import { assertFit } from './unfit.js';

/**
 * Copies the rows of a table that the target does not have yet: they come in the order of the key, so an earlier copy that was
 * broken off has all before its last one.
 *
 * @param onRows called with how many rows were copied since
 */
export async function copyTable(
  source: Database,
  target: Database,
  table: LedgerTable,
  onRows: (rows: number) => void,
): Promise<void> {
  const insert = new Insert(table.name, table.columns);
  for await (const rows of pagesOf(source, table, await lastKeyOf(target, table))) {
    assertFit(table, rows);
    await target.writing((tx) => tx.each(insert, rows));
    onRows(rows.length);
  }
}
