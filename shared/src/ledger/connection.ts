import Sqlite, { type Database } from 'better-sqlite3';

export type { Database };

/** How long a statement waits for another process's transaction before it gives up, in ms. */
const BUSY_TIMEOUT_MS = 30_000;

/**
 * Opens the database file for many processes at once.
 *
 * Every integer comes back as a bigint, so that no id can pass through a double on the way.
 * WAL lets readers go on beside the one writer. synchronous=FULL makes a commit survive a power cut;
 * with one transaction a stem its cost cannot be measured.
 */
export function openDatabase(path: string, options: { create: boolean }): Database {
  const database = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: !options.create });
  try {
    database.defaultSafeIntegers(true);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    // 16 MiB of page cache: the hot pages of the indexes of a ledger with 10 million rows.
    database.pragma('cache_size = -16384');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Runs `work` in one transaction that holds the write lock from its first statement.
 *
 * A transaction that begins with a read and then writes can fail at once where another process wrote
 * in between; beginning with the lock makes it wait its turn instead.
 */
export function writing<T>(database: Database, work: () => T): T {
  return database.transaction(work).immediate();
}
