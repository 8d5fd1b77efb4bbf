import { statSync } from 'node:fs';
import { messageOf } from '@lvra/core';
import type { Database } from './driver.js';

/**
 * A file of the ledger is not the one that was opened: a copy was restored, another volume mounted, or `-wal` or `-shm`
 * removed under a running process. What it writes from then on would be lost with the old file.
 */
export class LedgerMoved extends Error {
  override readonly name = 'LedgerMoved';
}

/** There is no file at the ledger's path: the volume may be unmounted. The open one must not be written to. */
export class LedgerGone extends Error {
  override readonly name = 'LedgerGone';
}

/** What SQLite writes beside the database: created by the first process that opens it, removed by the last that closes it. */
const COMPANIONS = ['-wal', '-shm'] as const;

interface Identity {
  readonly device: bigint;
  readonly inode: bigint;
}

/** The files of an open database by what follows its path. */
type Files = Map<string, Identity>;

const opened = new WeakMap<Database, Files>();

/** Remembers which files a database was opened from. */
export function trackFileIdentity(database: Database): void {
  const main = identityOf(database.name);
  if (main === undefined) throw new LedgerGone(`${database.name} is gone`);
  const files: Files = new Map([['', main]]);
  opened.set(database, files);
  rememberCompanions(database, files);
}

/** @throws LedgerMoved, LedgerGone if the path of an open database leads to another file, or to none */
export function assertInPlace(database: Database): void {
  const files = opened.get(database);
  if (files === undefined) return;
  const main = identityOf(database.name);
  if (main === undefined) throw new LedgerGone(`${database.name} is gone`);
  if (!isSame(main, files.get(''))) {
    throw new LedgerMoved(`the ledger ${database.name} was replaced by another file while it was in use`);
  }
  for (const suffix of COMPANIONS) {
    const before = files.get(suffix);
    if (before === undefined || isSame(identityOf(database.name + suffix), before)) continue;
    throw new LedgerMoved(
      `${database.name}${suffix} was removed or replaced while the ledger was in use, and with it perhaps the last ` +
        'transactions (`lvra verify` says)',
    );
  }
  if (files.size <= COMPANIONS.length) rememberCompanions(database, files);
}

/** A new database has them from its first transaction on. */
function rememberCompanions(database: Database, files: Files): void {
  for (const suffix of COMPANIONS) {
    const found = identityOf(database.name + suffix);
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
    return found && { device: found.dev, inode: found.ino };
  } catch (error) {
    throw new LedgerGone(`${path} is gone (${messageOf(error)})`, { cause: error });
  }
}
