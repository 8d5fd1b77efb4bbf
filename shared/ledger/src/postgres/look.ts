import { type LedgerServer, UsageError } from '@lvra/core';
import { PostgresDatabase } from './database.js';
import { isLedger, isNewest } from './schema/migrations.js';
import { hasVraColumns } from './schema/vra-columns.js';

/**
 * Opens the ledger in a server's database to look at it: its sessions may not write, and nothing is made, migrated or locked.
 *
 * @throws UsageError if there is none, or it is of another release; LedgerUnavailable if the server does not answer
 */
export async function lookAtPostgres(server: LedgerServer, vras: readonly string[]): Promise<PostgresDatabase> {
  const database = new PostgresDatabase(server, { mayWrite: false });
  try {
    if (!(await isLedger(database)))
      throw new UsageError(`there is no ledger in ${database.name}: no service has run yet`);
    let isOurs = await isNewest(database, database.name);
    for (const vra of vras) isOurs &&= await hasVraColumns(database, vra);
    if (!isOurs) {
      throw new UsageError(
        `the ledger ${database.name} is of an older release, or has had no service of some VRA yet: start the services first`,
      );
    }
    await database.remember();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
