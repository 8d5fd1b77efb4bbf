import { statSync } from 'node:fs';
import { messageOf } from '../errors.js';
import type { Database } from './sqlite.js';

/**
 * The ledger's file is not the one that was opened: somebody restored a copy, or mounted another volume, under a
 * running process. What it writes from then on would be lost with the old file.
 */
export class LedgerMoved extends Error {
  override readonly name = 'LedgerMoved';
}

/** There is no file at the ledger's path: the volume may be unmounted. The open one must not be written to. */
export class LedgerGone extends Error {
  override readonly name = 'LedgerGone';
}

interface Identity {
  readonly device: bigint;
  readonly inode: bigint;
}

const opened = new WeakMap<Database, Identity>();

/** Remembers which file a database was opened from. */
export function rememberFile(database: Database): void {
  opened.set(database, identityOf(database.name));
}

/** @throws LedgerMoved, LedgerGone where the path of an open database leads to another file, or to none */
export function assertInPlace(database: Database): void {
  const before = opened.get(database);
  if (before === undefined) return;
  let now: Identity;
  try {
    now = identityOf(database.name);
  } catch (error) {
    throw new LedgerGone(`${database.name} is gone (${messageOf(error)})`, { cause: error });
  }
  if (now.device === before.device && now.inode === before.inode) return;
  throw new LedgerMoved(`the ledger ${database.name} was replaced by another file while it was in use`);
}

function identityOf(path: string): Identity {
  const { dev, ino } = statSync(path, { bigint: true });
  return { device: dev, inode: ino };
}
