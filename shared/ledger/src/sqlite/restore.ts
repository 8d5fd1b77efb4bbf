import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, UsageError } from '@lvra/core';
import { flush } from './backup.js';
import { leaveWal, openConnection } from './connection.js';
import Sqlite, { type Connection } from './driver.js';
import { assertKnownRelease } from './migrations.js';

/**
 * Replaces the ledger by a copy, and moves the old one with its log into another folder. At every instant there is a whole
 * ledger at its path, the old or the new one: without one a service would create an empty one.
 *
 * @param copy as `lvra backup` made it; it stays where it is
 * @param path of the ledger; no process may have it open for writing
 * @param aside a folder to create for the old ledger
 * @throws UsageError, and nothing is changed, if the copy is damaged, not of this data folder, or cannot be written
 */
export function restoreDatabase(copy: string, path: string, aside: string): void {
  if (!existsSync(copy)) throw new UsageError(`there is no file ${copy}: name a copy that lvra backup has made`);
  const partial = `${path}.partial`;
  try {
    for (const end of ['', '-wal']) {
      // A copy that was made by hand, of a ledger in use.
      if (existsSync(copy + end)) copyFileSync(copy + end, partial + end);
    }
    assertUsable(partial, copy, existsSync(path) ? idOf(path) : undefined);
    // Keep the owner and the mode of the old ledger; without one, those of the folder.
    const { uid, gid, mode } = statSync(existsSync(path) ? path : dirname(path));
    if (process.getuid?.() === 0) chownSync(partial, uid, gid);
    chmodSync(partial, mode & 0o666);
    flush(partial);
    mkdirSync(aside, { recursive: true });
    if (existsSync(path)) setAside(path, aside);
    renameSync(partial, path);
    flush(dirname(path));
  } catch (error) {
    if (error instanceof UsageError || (error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new UsageError(
      `${copy} cannot take the place of ${path}: ${messageOf(error)}; make room, or give this user the right`,
      {
        cause: error,
      },
    );
  } finally {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(partial + end, { force: true });
  }
}

/** The log goes first: beside another ledger it would be taken for that one's. */
function setAside(path: string, aside: string): void {
  takeLogIn(path);
  for (const end of ['-wal', '-shm', '-journal']) {
    if (existsSync(path + end)) renameSync(path + end, join(aside, `log.db${end}`));
  }
  linkSync(path, join(aside, 'log.db'));
  flush(aside);
}

/** If the ledger is damaged, its log is kept beside it as it is. */
function takeLogIn(path: string): void {
  let connection: Connection | undefined;
  try {
    connection = openConnection(path, { create: false });
    leaveWal(connection);
  } catch (error) {
    if (!isOfSqlite(error)) throw error;
  } finally {
    connection?.close();
  }
}

function assertUsable(partial: string, copy: string, id: string | undefined): void {
  let connection: Connection | undefined;
  try {
    connection = new Sqlite(partial, { fileMustExist: true });
    const found = connection.pragma('integrity_check(1)', { simple: true });
    if (found !== 'ok') throw new UsageError(`${copy} is damaged: ${found}; take an older copy`);
    if (!hasTable(connection, 'provenance')) {
      throw new UsageError(`${copy} is no ledger: name a copy that lvra backup has made`);
    }
    assertKnownRelease(connection);
    connection.pragma('journal_mode = DELETE');
  } catch (error) {
    if (!isOfSqlite(error)) throw error;
    throw new UsageError(`${copy} is no ledger, or damaged: ${messageOf(error)}; take another copy`, { cause: error });
  } finally {
    connection?.close();
  }
  const idOfCopy = idOf(partial);
  if (id === undefined || idOfCopy === undefined || id === idOfCopy) return;
  throw new UsageError(
    `${copy} is of another data folder than this one: look for the copies of this one, or check LVRA_DATA_ROOT`,
  );
}

/** The name of the data folder; undefined if the ledger is the Python pipeline's, or cannot be read. */
function idOf(path: string): string | undefined {
  let connection: Connection | undefined;
  try {
    connection = new Sqlite(path, { readonly: true, fileMustExist: true });
    if (!hasTable(connection, 'data_folder')) return undefined;
    return connection.prepare<[], string>('SELECT id FROM data_folder').pluck().get();
  } catch (error) {
    if (!isOfSqlite(error)) throw error;
    return undefined;
  } finally {
    connection?.close();
  }
}

function hasTable(connection: Connection, name: string): boolean {
  return connection.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined;
}

function isOfSqlite(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_');
}
