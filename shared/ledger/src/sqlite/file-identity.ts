import { statSync } from 'node:fs';
import { messageOf } from '@lvra/core';
import { LedgerGone, LedgerReplaced } from '../errors.js';
import type { Connection } from './driver.js';

/** What SQLite writes beside the database: created by the first process that opens it, removed by the last that closes it. */
const COMPANIONS = ['-wal', '-shm'] as const;

interface Identity {
  readonly device: bigint;
  readonly inode: bigint;
  /** Inodes of removed files come again. */
  readonly born: bigint;
}

/** The files of an open database by what follows its path. */
type Files = Map<string, Identity>;

const opened = new WeakMap<Connection, Files>();

/** Remembers which files a database was opened from. */
export function trackFileIdentity(connection: Connection): void {
  const main = identityOf(connection.name);
  if (main === undefined) throw new LedgerGone(gone(connection.name));
  const files: Files = new Map([['', main]]);
  opened.set(connection, files);
  rememberCompanions(connection, files);
}

/** Of the file of an open database; undefined if it was not remembered. */
export function identityTextOf(connection: Connection): string | undefined {
  const main = opened.get(connection)?.get('');
  return main && `device ${main.device}, inode ${main.inode} of ${main.born}`;
}

/** How long after a change of a file another one may leave its time as it is. */
const SETTLED_AFTER_MS = 1_000;

/**
 * Sizes and times of a database's files: as long as they stay, nobody has committed. Undefined just after a change, or if there
 * is no such file.
 */
export function traceOf(path: string): string | undefined {
  const files = ['', ...COMPANIONS].map((suffix) => statSync(path + suffix, { bigint: true, throwIfNoEntry: false }));
  const newest = Math.max(...files.map((file) => Number(file?.mtimeMs ?? 0n)));
  if (files[0] === undefined || Date.now() - newest < SETTLED_AFTER_MS) return undefined;
  return files.map((file) => (file ? [file.dev, file.ino, file.size, file.mtimeNs].join(' ') : 'none')).join(', ');
}

/** @throws LedgerReplaced, LedgerGone if the path of an open database leads to another file, or to none */
export function assertInPlace(connection: Connection): void {
  const files = opened.get(connection);
  if (files === undefined) return;
  const main = identityOf(connection.name);
  if (main === undefined) throw new LedgerGone(gone(connection.name));
  if (!isSame(main, files.get(''))) {
    throw new LedgerReplaced(
      `the ledger ${connection.name} was replaced by another file while it was in use: start this service again`,
    );
  }
  for (const suffix of COMPANIONS) {
    const before = files.get(suffix);
    if (before === undefined || isSame(identityOf(connection.name + suffix), before)) continue;
    throw new LedgerReplaced(
      `${connection.name}${suffix} was removed or replaced while the ledger was in use, and with it perhaps the last ` +
        'transactions (`lvra verify` says): start this service again',
    );
  }
  if (files.size <= COMPANIONS.length) rememberCompanions(connection, files);
}

/** A new database has them from its first transaction on. */
function rememberCompanions(connection: Connection, files: Files): void {
  for (const suffix of COMPANIONS) {
    const found = identityOf(connection.name + suffix);
    if (found !== undefined && !files.has(suffix)) files.set(suffix, found);
  }
}

function isSame(found: Identity | undefined, before: Identity | undefined): boolean {
  return found !== undefined && found.inode === before?.inode && found.device === before.device;
}

/** Undefined if there is no such file. @throws LedgerGone if the file system does not answer */
function identityOf(path: string): Identity | undefined {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found && { device: found.dev, inode: found.ino, born: found.birthtimeNs };
  } catch (error) {
    throw new LedgerGone(gone(path, ` (${messageOf(error)})`), { cause: error });
  }
}

function gone(path: string, why = ''): string {
  return `the ledger ${path} is gone${why}: is its volume mounted?`;
}
