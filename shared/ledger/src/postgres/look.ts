import { type LedgerServer, messageOf } from '@lvra/core';
import { LedgerNotReady } from '../errors.js';
import { PostgresDatabase } from './database.js';
import { isLedger, isNewest } from './schema/migrations.js';
import { hasVraColumns } from './schema/vra-columns.js';

/**
 * Opens the ledger in a server's database to look at it: its sessions may not write, and nothing is made, migrated or locked.
 *
 * @throws LedgerNotReady if there is none, or it is of another release; LedgerUnavailable if the server does not answer
 */
export async function lookAtPostgres(server: LedgerServer, vras: readonly string[]): Promise<PostgresDatabase> {
  const database = new PostgresDatabase(server, { mayWrite: false });
  try {
    if (!(await isLedger(database)))
      throw new LedgerNotReady(`there is no ledger in ${database.name}: no service has run yet`);
    let isOurs = await isNewest(database, database.name);
    for (const vra of vras) isOurs &&= await hasVraColumns(database, vra);
    if (!isOurs) {
      throw new LedgerNotReady(
        `the ledger ${database.name} is of an older release, or has had no service of some VRA yet: start the services first`,
      );
    }
    await database.remember();
    return database;
  } catch (error) {
    await database.close();
    throw notReadable(error, database.name, server.user);
  }
}

/** A role that was made for looking may lack a right. */
function notReadable(error: unknown, name: string, user: string): unknown {
  if ((error as { code?: unknown }).code !== '42501') return error;
  const said = `the ledger ${name} cannot be read (${messageOf(error)})`;
  return new LedgerNotReady(`${said}: let ${user} SELECT from all of its tables`, { cause: error });
}
