import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { blockingSleep, messageOf, UsageError } from '@lvra/core';
import Sqlite, { type Database } from './driver.js';
import { assertInPlace, LedgerGone, LedgerMoved, trackFileIdentity } from './file-identity.js';

export type { Database };

/**
 * How long a statement waits for another process's transaction before it gives up, in ms. Nothing else happens in this
 * process while it waits, its health page included; the stage's loop waits for a lock that is held for longer.
 */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens the database file for many processes at once.
 *
 * Every integer comes back as a bigint, so that no id can pass through a double on the way.
 * WAL lets readers work beside the one writer. synchronous=FULL makes a commit survive a power cut;
 * with one transaction a stem its cost cannot be measured.
 *
 * A user without write permission gets it read-only: while services run, and after the last process has called `leaveWal`.
 */
export function openDatabase(path: string, options: { create: boolean }): Database {
  if (!options.create && !mayWrite(path)) return openForReading(path);
  const database = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: !options.create });
  try {
    database.defaultSafeIntegers(true);
    enableWal(database);
    database.pragma('synchronous = FULL');
    // 16 MiB of page cache: the hot pages of the indexes of a ledger with 10 million rows.
    database.pragma('cache_size = -16384');
    // A reader that takes minutes lets the write-ahead log grow; after it has ended, the log shrinks to this again.
    database.pragma(`journal_size_limit = ${LARGEST_IDLE_WAL_BYTES}`);
    // A commit checkpoints the log only if no idle stage has done so. See `checkpoint`.
    database.pragma(`wal_autocheckpoint = ${LARGEST_IDLE_WAL_BYTES / 4_096}`);
    trackFileIdentity(database);
    return database;
  } catch (error) {
    database.close();
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

function openForReading(path: string): Database {
  const database = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true, readonly: true });
  try {
    database.defaultSafeIntegers(true);
    database.pragma('cache_size = -16384');
    readHeader(database);
    return database;
  } catch (error) {
    database.close();
    if (!/^SQLITE_(CANTOPEN|READONLY)/.test(String((error as { code?: unknown }).code))) throw error;
    throw new UsageError(
      `the ledger ${path} cannot be read by a user who may not write there: no service runs, and the last one did not end ` +
        'in order; have its owner run `lvra status` once, or start the services',
      { cause: error },
    );
  }
}

/** After its first read, a database in WAL mode is known to be in use, and stays in that mode. */
function readHeader(database: Database): void {
  database.pragma('schema_version');
}

/**
 * Writes the write-ahead log back into the database file and removes it, unless another process has the file open. Reading
 * a file in WAL mode needs write permission beside it; reading a file without a log does not.
 */
export function leaveWal(database: Database): void {
  if (database.readonly || database.inTransaction) return;
  try {
    // The log of another ledger than the one that was opened must not be touched.
    assertInPlace(database);
    database.exec('PRAGMA busy_timeout = 0');
    database.pragma('journal_mode = DELETE');
  } catch (error) {
    if (error instanceof LedgerMoved || error instanceof LedgerGone) return;
    // It is in use, or its disk is full or fails: what was committed stays in the log for the next process that opens it.
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_')) throw error;
  }
}

/**
 * If several processes open a new file at once, SQLite refuses the change to WAL at once instead of waiting.
 *
 * @throws UsageError if the file system of the data folder cannot do it, as network file systems cannot
 */
function enableWal(database: Database): void {
  const deadline = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      const mode = database.pragma('journal_mode = WAL', { simple: true });
      if (mode === 'wal') {
        readHeader(database);
        // Another process that closed it may have left that mode in between.
        if (database.pragma('journal_mode', { simple: true }) === 'wal') return;
        continue;
      }
      throw new UsageError(`${database.name} stays in journal mode ${mode}: put the data folder on a local disk`);
    } catch (error) {
      const busy = (error as { code?: string }).code?.startsWith('SQLITE_BUSY') === true;
      if (!busy || performance.now() > deadline) throw error;
      blockingSleep(10);
    }
  }
}

export const LARGEST_IDLE_WAL_BYTES = 16 * 1024 * 1024;

/** SQLite's codes for a file with wrong rights or contents, which an operator must fix. */
const FATAL_ERRORS = /^SQLITE_(CANTOPEN|READONLY|PERM|NOTADB|CORRUPT)/;

/** SQLite's codes for a volume that takes no writes, and for a lock that is not released. */
const RETRYABLE_ERRORS = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|PROTOCOL)/;

/** Adds what an operator can do to an error of opening a database; other errors are returned as they are. */
export function openingError(path: string, error: unknown): unknown {
  const code = String((error as { code?: unknown }).code);
  if (!FATAL_ERRORS.test(code) && !RETRYABLE_ERRORS.test(code)) return error;
  const advice = FATAL_ERRORS.test(code)
    ? 'this user must be able to write there, and it must be a SQLite database'
    : 'make room on its volume, fix the volume, or end the process that holds it locked (`fuser -v` shows which)';
  return new UsageError(`the ledger ${path} cannot be used: ${messageOf(error)}; ${advice}`, { cause: error });
}

/**
 * Runs `work` in one transaction that holds the write lock from its first statement.
 *
 * A transaction that begins with a read and then writes can fail at once if another process wrote
 * in between; beginning with the lock makes it wait its turn instead.
 *
 * @throws LedgerMoved, LedgerGone if the file is not the one that was opened
 */
export function writeTransaction<T>(database: Database, work: () => T): T {
  if (database.readonly) {
    throw new UsageError(
      `the ledger ${database.name} may only be read by this user, and would have to be changed: have its owner do this`,
    );
  }
  assertInPlace(database);
  const begun = performance.now();
  let locked: number | undefined;
  let worked: number | undefined;
  const timed = () => {
    locked = performance.now();
    const result = work();
    worked = performance.now();
    return result;
  };
  try {
    if (database.inTransaction) return database.transaction(timed)();
    return retryWhileBusy(
      database,
      () => database.transaction(timed).immediate(),
      () => locked === undefined,
    );
  } finally {
    const ended = performance.now();
    const waitedMs = (locked ?? ended) - begun;
    watchers.get(database)?.({ ms: ended - begun, waitedMs, commitMs: ended - (worked ?? ended) });
  }
}

/**
 * SQLite's busy handler backs off up to 100 ms, which starves the longest waiter. Retry every millisecond instead.
 *
 * @param isWaiting whether the work has not begun, so that it may be retried
 */
function retryWhileBusy<T>(database: Database, work: () => T, isWaiting: () => boolean): T {
  const timeoutMs = busyTimeouts.get(database) ?? BUSY_TIMEOUT_MS;
  const deadline = performance.now() + timeoutMs;
  database.exec('PRAGMA busy_timeout = 0');
  try {
    for (;;) {
      try {
        return work();
      } catch (error) {
        const isBusy = (error as { code?: string }).code?.startsWith('SQLITE_BUSY') === true;
        if (!isBusy || !isWaiting() || performance.now() > deadline) throw error;
        blockingSleep(LOOK_AGAIN_MS);
      }
    }
  } finally {
    database.exec(`PRAGMA busy_timeout = ${timeoutMs}`);
  }
}

const busyTimeouts = new WeakMap<Database, number>();

/** How long statements wait for the database's lock, ms; ten seconds by default. */
export function setBusyTimeout(database: Database, ms: number): void {
  busyTimeouts.set(database, ms);
  database.exec(`PRAGMA busy_timeout = ${ms}`);
}

const LOOK_AGAIN_MS = 1;

/** How long a write transaction took. */
export interface WriteTime {
  /** In all. */
  readonly ms: number;
  /** Of these, the wait for the lock. */
  readonly waitedMs: number;
  /** Of these, the commit: the wait for the disk, and the checkpoint if one was due. */
  readonly commitMs: number;
}

const watchers = new WeakMap<Database, (time: WriteTime) => void>();

/** Calls `watcher` after every write transaction of a database. */
export function onWriteTransaction(database: Database, watcher: (time: WriteTime) => void): void {
  watchers.set(database, watcher);
}
