import type { Database } from '../database.js';
import { Insert, statement } from '../statements.js';
import type { LedgerTable } from './ledger-table.js';
import { lastKeyOf, pagesOf, rowsAPage } from './pages.js';

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
    await target.writing((tx) => tx.each(insert, rows));
    onRows(rows.length);
  }
}

/** Removes all rows, page by page: one statement for all would take the server too long. */
export async function emptyTable(target: Database, table: LedgerTable): Promise<void> {
  const key = table.key.join(', ');
  const some = statement(
    `DELETE FROM ${table.name} WHERE (${key}) IN (SELECT ${key} FROM ${table.name} LIMIT ${rowsAPage(table)})`,
  );
  while ((await target.writing((tx) => tx.run(some))) > 0);
}
