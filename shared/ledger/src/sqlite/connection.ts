import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { blockingSleep, UsageError } from '@lvra/core';
import { LedgerGone, LedgerNotReady, LedgerReplaced } from '../errors.js';
import Sqlite, { type Connection } from './driver.js';
import { codeOf } from './errors.js';
import { assertInPlace, trackFileIdentity } from './file-identity.js';

/** How long a statement waits for another process's transaction before it gives up, ms. */
export const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens the database file for many processes at once.
 *
 * Every integer comes back as a bigint, so that no id can pass through a double on the way.
 * WAL lets readers work beside the one writer. synchronous=FULL makes a commit survive a power cut;
 * with one transaction a stem its cost cannot be measured.
 *
 * A user without write permission gets it read-only: while services run, and after the last process has called `leaveWal`.
 */
export function openConnection(path: string, options: { create: boolean }): Connection {
  if (!options.create && !mayWrite(path)) return openForReading(path);
  const connection = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: !options.create });
  try {
    connection.defaultSafeIntegers(true);
    enableWal(connection);
    connection.pragma('synchronous = FULL');
    // 16 MiB of page cache: the hot pages of the indexes of a ledger with 10 million rows.
    connection.pragma('cache_size = -16384');
    // A reader that takes minutes lets the write-ahead log grow; after it has ended, the log shrinks to this again.
    connection.pragma(`journal_size_limit = ${LARGEST_IDLE_WAL_BYTES}`);
    // A commit checkpoints the log only if no idle stage has done so. See `checkpoint`.
    connection.pragma(`wal_autocheckpoint = ${LARGEST_IDLE_WAL_BYTES / 4_096}`);
    trackFileIdentity(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** SQLite writes beside the file too. */
function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch (error) {
    if (['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Reads only: its file is never changed, not even in how it is kept. */
export function openForReading(path: string): Connection {
  const connection = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true, readonly: true });
  try {
    connection.defaultSafeIntegers(true);
    connection.pragma('cache_size = -16384');
    readHeader(connection);
    return connection;
  } catch (error) {
    connection.close();
    if (!/^SQLITE_(CANTOPEN|READONLY)/.test(codeOf(error))) throw error;
    throw new LedgerNotReady(
      `the ledger ${path} cannot be read by a user who may not write there: no service runs, and the last one did not end ` +
        'in order; have its owner run `lvra status` once, or start the services',
      { cause: error },
    );
  }
}

/** After its first read, a database in WAL mode is known to be in use, and stays in that mode. */
function readHeader(connection: Connection): void {
  connection.pragma('schema_version');
}

/**
 * Writes the write-ahead log back into the database file and removes it, unless another process has the file open. Reading
 * a file in WAL mode needs write permission beside it; reading a file without a log does not.
 */
export function leaveWal(connection: Connection): void {
  if (connection.readonly || connection.inTransaction) return;
  try {
    // The log of another ledger than the one that was opened must not be touched.
    assertInPlace(connection);
    connection.exec('PRAGMA busy_timeout = 0');
    connection.pragma('journal_mode = DELETE');
  } catch (error) {
    if (error instanceof LedgerReplaced || error instanceof LedgerGone) return;
    // It is in use, or its disk is full or fails: what was committed stays in the log for the next process that opens it.
    if (codeOf(error) === '') throw error;
  }
}

/**
 * If several processes open a new file at once, SQLite refuses the change to WAL at once instead of waiting.
 *
 * @throws UsageError if the file system of the data folder cannot do it, as network file systems cannot
 */
function enableWal(connection: Connection): void {
  const deadline = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      const mode = connection.pragma('journal_mode = WAL', { simple: true });
      if (mode === 'wal') {
        readHeader(connection);
        // Another process that closed it may have left that mode in between.
        if (connection.pragma('journal_mode', { simple: true }) === 'wal') return;
        continue;
      }
      throw new UsageError(`${connection.name} stays in journal mode ${mode}: put the data folder on a local disk`);
    } catch (error) {
      const busy = codeOf(error).startsWith('SQLITE_BUSY');
      if (!busy || performance.now() > deadline) throw error;
      blockingSleep(10);
    }
  }
}

export const LARGEST_IDLE_WAL_BYTES = 16 * 1024 * 1024;

/** @throws UsageError if the file may only be read */
export function assertWritable({ readonly, name }: Connection): void {
  if (!readonly) return;
  throw new UsageError(
    `the ledger ${name} may only be read by this user, and would have to be changed: have its owner do this`,
  );
}
