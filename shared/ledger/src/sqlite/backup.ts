import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, UsageError } from '@lvra/core';
import Sqlite, { type Connection } from './driver.js';

/**
 * Writes a copy of the database as of one instant. Other processes may write at the same time: it is one long read, and
 * unlike SQLite's backup call it never starts over because of them.
 *
 * @throws UsageError if the database is damaged, or the copy cannot be written
 */
export function copyDatabase(connection: Connection, path: string): void {
  try {
    rmSync(path, { force: true });
    connection.prepare('VACUUM INTO ?').run(path);
  } catch (error) {
    throw new UsageError(`${connection.name} cannot be copied to ${path}: ${messageOf(error)}; ${adviceFor(error)}`, {
      cause: error,
    });
  }
  const copy = new Sqlite(path, { readonly: true });
  try {
    const found = copy.pragma('integrity_check', { simple: true });
    if (found !== 'ok') throw new UsageError(`the copy of ${connection.name} is damaged: ${found}`);
  } finally {
    copy.close();
  }
  flush(path);
  flush(dirname(path));
}

/** Syncs a file or folder to disk: SQLite does not do so for `VACUUM INTO`. */
export function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function adviceFor(error: unknown): string {
  const isDamaged = /^SQLITE_(CORRUPT|NOTADB)/.test(String((error as { code?: unknown }).code));
  return isDamaged
    ? 'keep the last good backup, see "Backup and restore" in docs/guarantees.md'
    : 'make room for the copy, or name a file that this user may write';
}
