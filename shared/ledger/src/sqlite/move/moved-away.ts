import { existsSync } from 'node:fs';
import { type LedgerAddress, nameOfLedgerServer, UsageError } from '@lvra/core';
import type { Writing } from '../../database.js';
import type { LedgerTable } from '../../move/ledger-table.js';
import { statement } from '../../statements.js';
import Sqlite from '../driver.js';

/**
 * Checks that a ledger which lies in the data folder is not the one that the work goes on with, where the settings name a server.
 *
 * @throws UsageError if it was not moved away: a server without its rows would begin anew
 */
export function assertMovedAway(path: string, address: LedgerAddress): void {
  if (typeof address === 'string' || !existsSync(path) || isMovedAway(path)) return;
  throw new UsageError(
    `there is a ledger at ${path}, and the settings name ${nameOfLedgerServer(address)}: run \`lvra ledger move\`, which takes it there, or set ledger ` +
      'to nothing',
  );
}

/** Whether the ledger at a path was moved to another place. */
export function isMovedAway(path: string): boolean {
  return folderAt(path)?.moved?.startsWith('to ') ?? false;
}

/** What a ledger's file says of its data folder; undefined if it is the Python pipeline's, or of before there were moves. */
export function folderAt(path: string): { id: string; moved: string | null } | undefined {
  const connection = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    const columns = connection.prepare<[], string>("SELECT name FROM pragma_table_info('data_folder')").pluck().all();
    if (!columns.includes('moved')) return undefined;
    return connection.prepare<[], { id: string; moved: string | null }>('SELECT id, moved FROM data_folder').get();
  } finally {
    connection.close();
  }
}

/**
 * Has SQLite refuse every change of the tables, in these words: the Python pipeline looks at nothing else before it writes.
 *
 * @param tx the transaction in which the ledger is given up
 */
export async function refuseWriters(tx: Writing, tables: readonly LedgerTable[], reason: string): Promise<void> {
  const words = reason.replaceAll("'", "''");
  for (const { name } of tables) {
    for (const change of ['INSERT', 'UPDATE', 'DELETE']) {
      const trigger = `${name}_moved_${change.toLowerCase()}`;
      await tx.run(
        statement(
          `CREATE TRIGGER IF NOT EXISTS ${trigger} BEFORE ${change} ON ${name} BEGIN SELECT RAISE(ABORT, '${words}'); END`,
        ),
      );
    }
  }
}
