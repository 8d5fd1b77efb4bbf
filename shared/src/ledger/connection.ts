import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, UsageError } from '../errors.js';
import { blockingSleep } from '../sleep.js';
import { assertInPlace, LedgerGone, LedgerMoved, trackFileIdentity } from './file-identity.js';
import Sqlite, { type Database } from './sqlite.js';

export type { Database };

/**
 * How long a statement waits for another process's transaction before it gives up, in ms. Nothing else happens in this
 * process meanwhile, its health page included; whoever holds the lock for longer is waited for by the stage's loop.
 */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens the database file for many processes at once.
 *
 * Every integer comes back as a bigint, so that no id can pass through a double on the way.
 * WAL lets readers go on beside the one writer. synchronous=FULL makes a commit survive a power cut;
 * with one transaction a stem its cost cannot be measured.
 *
 * A user who may only read gets it for reading: while services run, and, once `leaveWal` was last, while none does.
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
    // A reader of minutes lets the write-ahead log grow; once it has ended, the log shrinks to this again.
    database.pragma(`journal_size_limit = ${LARGEST_IDLE_WAL_BYTES}`);
    // A commit checkpoints the log only where no stage has come to it. See `checkpoint`.
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

/** From its first reading on, a database in WAL mode is known to be in use, and stays in that mode. */
function readHeader(database: Database): void {
  database.pragma('schema_version');
}

/**
 * Takes the write-ahead log back into the database file, and leaves it without one, unless somebody else has it open. For
 * reading, a file in WAL mode asks for the right to write beside it; one at rest has no need of that.
 */
export function leaveWal(database: Database): void {
  if (database.readonly || database.inTransaction) return;
  try {
    // Of another ledger than the one that was opened the log is none of ours.
    assertInPlace(database);
    database.exec('PRAGMA busy_timeout = 0');
    database.pragma('journal_mode = DELETE');
  } catch (error) {
    if (error instanceof LedgerMoved || error instanceof LedgerGone) return;
    // It is in use, or its disk is full or fails: what was committed stays in the log, for whoever opens it next.
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_')) throw error;
  }
}

/**
 * Where several processes open a new file at once, SQLite refuses the change to WAL at once instead of waiting.
 *
 * @throws UsageError where the file system of the data folder cannot do it, as network file systems cannot
 */
function enableWal(database: Database): void {
  const deadline = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      const mode = database.pragma('journal_mode = WAL', { simple: true });
      if (mode === 'wal') {
        readHeader(database);
        // Somebody who closed it may have taken it out of that mode in between.
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

/** What SQLite says of a file that a person must see to: its rights, or what is in it. */
const FATAL_ERRORS = /^SQLITE_(CANTOPEN|READONLY|PERM|NOTADB|CORRUPT)/;

/** What it says of a volume that takes nothing, and of a lock that is not given back. */
const RETRYABLE_ERRORS = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|PROTOCOL)/;

/** The error of opening a database in words that a person can act on, where it is one for a person. */
export function openingError(path: string, error: unknown): unknown {
  const code = String((error as { code?: unknown }).code);
  if (!FATAL_ERRORS.test(code) && !RETRYABLE_ERRORS.test(code)) return error;
  const advice = FATAL_ERRORS.test(code)
    ? 'this user must be able to write there, and it must be a SQLite database'
    : 'make room on its volume, mend the volume, or end who holds it locked (`fuser -v` says who)';
  return new UsageError(`the ledger ${path} cannot be used: ${messageOf(error)}; ${advice}`, { cause: error });
}

/**
 * Runs `work` in one transaction that holds the write lock from its first statement.
 *
 * A transaction that begins with a read and then writes can fail at once where another process wrote
 * in between; beginning with the lock makes it wait its turn instead.
 *
 * @throws LedgerMoved, LedgerGone where the file is not the one that was opened
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
 * SQLite looks for a lock after 1, 2, 5 and then up to 100 ms, and whoever has waited longest sleeps longest: where many
 * write, a moment's delay of one became half a second for another. So it is looked for every millisecond here.
 *
 * @param isWaiting whether the work has not begun, so that it may be tried again
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

/** Has what is asked of a database wait for its lock for so long at most, ms, in place of ten seconds. */
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
  /** Of these, the commit: the wait for the disk, and the checkpoint where one was due. */
  readonly commitMs: number;
}

const watchers = new WeakMap<Database, (time: WriteTime) => void>();

/** Has every write transaction of a database timed. */
export function onWriteTransaction(database: Database, watcher: (time: WriteTime) => void): void {
  watchers.set(database, watcher);
}
