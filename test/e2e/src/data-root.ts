import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataPaths } from '@lvra/shared/paths';
import Sqlite from 'better-sqlite3';

/** The real alerts and what the reference computes from them, beside the project. */
export const REAL = fileURLToPath(new URL('../../../../shared/real', import.meta.url));
export const REAL_STEM = '20260202_102448';

/** A new empty data root. @returns its path, and what removes it */
export function makeDataRoot(): { root: string; remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'lvra-e2e-'));
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Copies the real batch file into a data root. */
export function copyRealBatch(root: string): void {
  cpSync(join(REAL, 'JSON'), join(root, 'JSON'), { recursive: true });
}

/**
 * Opens a `log.db` as the Python pipeline has it: the spec's schema, rollback journal, integers as bigint.
 * Written from the spec on its own account, not from our migrations.
 */
export function openPythonLedger(root: string): Sqlite.Database {
  const path = dataPaths(root).database;
  mkdirSync(join(root, 'db'), { recursive: true });
  const database = new Sqlite(path);
  database.defaultSafeIntegers(true);
  database.exec(`
    CREATE TABLE feature_making (stem TEXT PRIMARY KEY, timestamp TEXT NOT NULL DEFAULT current_timestamp, r0b INTEGER);
    CREATE TABLE annotating (stem TEXT PRIMARY KEY, timestamp TEXT NOT NULL DEFAULT current_timestamp, r0b INTEGER);
    CREATE TABLE predict (stem TEXT PRIMARY KEY, timestamp TEXT NOT NULL DEFAULT current_timestamp, r0b INTEGER);
    CREATE TABLE diaobjid_stems (diaObjectId INTEGER PRIMARY KEY, stem TEXT NOT NULL, timestamp TEXT NOT NULL DEFAULT current_timestamp);
    CREATE TABLE provenance (ID INTEGER PRIMARY KEY, diaObjectId INTEGER, diaSourceId INTEGER, stem TEXT, score REAL,
      model_name TEXT, model_version TEXT, timestamp TEXT NOT NULL DEFAULT current_timestamp);
    CREATE TABLE threshold_flags_provenance (ID INTEGER PRIMARY KEY, diaObjectId INTEGER, diaSourceId INTEGER, stem TEXT,
      n_gt22 INTEGER, n_gt21 INTEGER, n_gt20 INTEGER, n_gt19 INTEGER, n_gt18 INTEGER,
      brighter22 INTEGER, brighter21 INTEGER, brighter20 INTEGER, brighter19 INTEGER, brighter18 INTEGER,
      first22 INTEGER, first21 INTEGER, first20 INTEGER, first19 INTEGER, first18 INTEGER,
      timestamp TEXT NOT NULL DEFAULT current_timestamp);
  `);
  return database;
}

/** Registers a stem as the Python consumer does. */
export function registerAsPython(database: Sqlite.Database, stem: string, diaObjectIds: readonly bigint[]): void {
  for (const table of ['feature_making', 'predict', 'annotating']) {
    database.prepare(`INSERT INTO ${table} (stem, r0b) VALUES (?, 0)`).run(stem);
  }
  const object = database.prepare(
    'INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, ?) ON CONFLICT (diaObjectId) DO UPDATE SET stem = excluded.stem',
  );
  for (const id of diaObjectIds) object.run(id, stem);
}
