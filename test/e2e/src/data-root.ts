import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REAL } from '@lvra/core/testing/reference';
import { makePythonLedger } from '@lvra/ledger/testing/ledgers';
import { type Database, Sqlite } from '@lvra/ledger/testing/sqlite';
import { dataPaths } from '@lvra/store';

/** A new empty data root. @returns its path, and what removes it */
export function makeDataRoot(): { root: string; remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'lvra-e2e-'));
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Copies the real batch file into a data root. */
export function copyRealBatch(root: string): void {
  cpSync(fileURLToPath(new URL('JSON', REAL)), join(root, 'JSON'), { recursive: true });
}

/** Makes a `log.db` as the Python pipeline has it, and opens it; integers come as bigint. */
export function openPythonLedger(root: string): Database {
  const path = dataPaths(root).database;
  makePythonLedger(path);
  const database = new Sqlite(path);
  database.defaultSafeIntegers(true);
  return database;
}

/** Registers a stem as the Python consumer does. */
export function registerAsPython(database: Database, stem: string, diaObjectIds: readonly bigint[]): void {
  for (const table of ['feature_making', 'predict', 'annotating']) {
    database.prepare(`INSERT INTO ${table} (stem, r0b) VALUES (?, 0)`).run(stem);
  }
  const object = database.prepare(
    'INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, ?) ON CONFLICT (diaObjectId) DO UPDATE SET stem = excluded.stem',
  );
  for (const id of diaObjectIds) object.run(id, stem);
}
