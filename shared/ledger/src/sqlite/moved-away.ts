import { existsSync } from 'node:fs';
import { type LedgerAddress, nameOfLedgerServer, UsageError } from '@lvra/core';
import Sqlite, { type Connection } from './driver.js';

/**
 * Checks that a ledger which lies in the data folder is not the one that the work goes on with, where the settings name a server.
 *
 * @throws UsageError if it was not moved away: a server without its rows would begin anew
 */
export function assertMovedAway(path: string, address: LedgerAddress): void {
  if (typeof address === 'string' || !existsSync(path)) return;
  const connection = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    if (isMoved(connection)) return;
  } finally {
    connection.close();
  }
  throw new UsageError(
    `there is a ledger at ${path}, and the settings name ${nameOfLedgerServer(address)}: run \`lvra ledger move\`, which takes it there, or set ledger ` +
      'to nothing',
  );
}

function isMoved(connection: Connection): boolean {
  const columns = connection.prepare<[], string>("SELECT name FROM pragma_table_info('data_folder')").pluck().all();
  if (!columns.includes('moved')) return false;
  return connection.prepare("SELECT 1 FROM data_folder WHERE moved LIKE 'to %'").get() !== undefined;
}
