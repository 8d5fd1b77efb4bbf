import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../errors.js';
import type { Database } from './connection.js';
import Sqlite from './sqlite.js';

/**
 * Writes a copy of the database as it is at one instant. Others go on writing meanwhile: it is one long read, and
 * unlike SQLite's backup call it never begins anew because of them.
 *
 * @throws UsageError where the database is damaged, or the copy cannot be written
 */
export function copyDatabase(database: Database, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  database.prepare('VACUUM INTO ?').run(path);
  const copy = new Sqlite(path, { readonly: true });
  try {
    const found = copy.pragma('integrity_check', { simple: true });
    if (found !== 'ok') throw new UsageError(`the copy of ${database.name} is damaged: ${found}`);
  } finally {
    copy.close();
  }
}
