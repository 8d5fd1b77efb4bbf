import { type LedgerServer, nameOfLedgerServer, UsageError } from '@lvra/core';
import { LedgerUnavailable } from '../errors.js';
import { PostgresDatabase } from './database.js';
import { isLedger, isNewest, migrate } from './schema/migrations.js';
import { addVraColumns, hasVraColumns } from './schema/vra-columns.js';
import { checkServer } from './server-checks.js';
import type { Transaction } from './transaction.js';

/**
 * Opens the ledger in a server's database, brings it to the newest schema and gives every VRA its columns.
 *
 * @param create make the tables if they are missing; otherwise that is a UsageError
 * @throws UsageError if the server cannot be used
 */
export async function openPostgres(
  server: LedgerServer,
  vras: readonly string[],
  { create }: { create: boolean },
): Promise<PostgresDatabase> {
  const database = new PostgresDatabase(server);
  try {
    await checkServer(database, server);
    await upgrade(database, vras, create);
    await database.remember();
    return database;
  } catch (error) {
    await database.close();
    throw openingError(server, error);
  }
}

/** Safe if several processes start at once: the first one does it, the others find it done. */
async function upgrade(database: PostgresDatabase, vras: readonly string[], create: boolean): Promise<void> {
  const isReady = async (ask: Pick<Transaction, 'get' | 'all'>) => {
    if (!(await isLedger(ask))) return false;
    if (!(await isNewest(ask, database.name))) return false;
    for (const vra of vras) if (!(await hasVraColumns(ask, vra))) return false;
    return true;
  };
  if (await isReady(database)) return;
  if (!create && !(await isLedger(database))) {
    throw new UsageError(
      `there is no ledger in ${database.name}: check the setting ledger, or make one with \`lvra init\``,
    );
  }
  await database.writing(async (tx) => {
    await migrate(tx, database.name);
    for (const vra of vras) await addVraColumns(tx, vra);
  });
}

/** What an operator can do if the ledger cannot be opened. */
function openingError(server: LedgerServer, error: unknown): unknown {
  if (error instanceof LedgerUnavailable) return new UsageError(error.message, { cause: error });
  const { code, message } = error as { code?: string; message?: string };
  const said = `the ledger ${nameOfLedgerServer(server)} cannot be used: ${message}`;
  // The role may not do it, or its name or password is wrong; there is no such database.
  if (code === '42501') {
    return new UsageError(`${said}; make ${server.user} the owner of the database`, { cause: error });
  }
  return error;
}
