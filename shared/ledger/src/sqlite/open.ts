import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, UsageError } from '@lvra/core';
import { LedgerDamaged, LedgerGone, LedgerUnavailable } from '../errors.js';
import { openConnection } from './connection.js';
import { SqliteDatabase } from './database.js';
import type { Connection } from './driver.js';
import { codeOf, storageError } from './errors.js';
import { isNewest, migrate } from './migrations.js';
import { addVraColumns, hasVraColumns } from './schema/vra-columns.js';

/**
 * Opens the ledger's file, brings it to the newest schema and gives every VRA its columns.
 *
 * @param create create the file if it is missing; otherwise that is a UsageError
 * @throws UsageError if the file may not be written or is no database
 */
export async function openSqlite(
  path: string,
  vras: readonly string[],
  options: { create: boolean },
): Promise<SqliteDatabase> {
  if (options.create) mkdirSync(dirname(path), { recursive: true });
  else if (!existsSync(path)) {
    throw new UsageError(`there is no ledger at ${path}: check the data root, or make one with \`lvra init\``);
  }
  let connection: Connection | undefined;
  try {
    connection = openConnection(path, options);
    const database = new SqliteDatabase(connection);
    await upgrade(database, connection, vras);
    return database;
  } catch (error) {
    connection?.close();
    throw openingError(path, error);
  }
}

/** Safe if several processes start at once: the first one does it, the others find it done. */
async function upgrade(database: SqliteDatabase, connection: Connection, vras: readonly string[]): Promise<void> {
  const isReady = () => isNewest(connection) && vras.every((vra) => hasVraColumns(connection, vra));
  // A process that only reads, as `lvra status` does, need not wait for a writer.
  if (isReady()) return;
  await database.writing(async () => {
    migrate(connection);
    for (const vra of vras) addVraColumns(connection, vra);
  });
}

/** What an operator can do if the ledger cannot be opened. */
function openingError(path: string, error: unknown): unknown {
  // Its message says it all.
  if (error instanceof LedgerGone) return new UsageError(error.message, { cause: error });
  const found = storageError(path, error);
  if (!(found instanceof LedgerUnavailable) && !(found instanceof LedgerDamaged)) return error;
  const { cause } = found;
  const advice = /^SQLITE_(CANTOPEN|READONLY|PERM|NOTADB|CORRUPT)/.test(codeOf(cause))
    ? 'this user must be able to write there, and it must be a SQLite database'
    : 'make room on its volume, fix the volume, or end the process that holds it locked (`fuser -v` shows which)';
  return new UsageError(`the ledger ${path} cannot be used: ${messageOf(cause)}; ${advice}`, { cause });
}
