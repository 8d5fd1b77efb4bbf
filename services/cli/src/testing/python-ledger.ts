import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The team's log_schema.sql, from its spec. */
const SCHEMA = `
CREATE TABLE feature_making (stem TEXT PRIMARY KEY, timestamp TEXT NOT NULL DEFAULT current_timestamp, r0b INTEGER);
CREATE TABLE annotating (stem TEXT PRIMARY KEY, timestamp TEXT NOT NULL DEFAULT current_timestamp, r0b INTEGER);
CREATE TABLE diaobjid_stems (diaObjectId INTEGER PRIMARY KEY, stem TEXT NOT NULL,
  timestamp TEXT NOT NULL DEFAULT current_timestamp);
CREATE TABLE provenance (ID INTEGER PRIMARY KEY, diaObjectId INTEGER, diaSourceId INTEGER, stem TEXT, score REAL,
  model_name TEXT, model_version TEXT, timestamp TEXT NOT NULL DEFAULT current_timestamp);
CREATE TABLE threshold_flags_provenance(ID INTEGER PRIMARY KEY, diaObjectId INTEGER, diaSourceId INTEGER, stem TEXT,
  n_gt22 INTEGER, n_gt21 INTEGER, n_gt20 INTEGER, n_gt19 INTEGER, n_gt18 INTEGER,
  brighter22 INTEGER, brighter21 INTEGER, brighter20 INTEGER, brighter19 INTEGER, brighter18 INTEGER,
  first22 INTEGER, first21 INTEGER, first20 INTEGER, first19 INTEGER, first18 INTEGER,
  timestamp TEXT NOT NULL DEFAULT current_timestamp);
CREATE TABLE predict (stem TEXT PRIMARY KEY, timestamp TEXT NOT NULL DEFAULT current_timestamp, r0b INTEGER);
`;

const SCRIPT = 'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as c: c.executescript(sys.argv[2])';

/** For tests: a `log.db` that Python's own sqlite3 made in a data folder, with the rows that `sql` puts in. */
export function makePythonLedger(dataRoot: string, sql: string): void {
  mkdirSync(join(dataRoot, 'db'), { recursive: true });
  execFileSync('python3', ['-c', SCRIPT, join(dataRoot, 'db', 'log.db'), SCHEMA + sql]);
}

/** The statuses of a stem in the three tables, as the Python pipeline writes them. */
export function statusRows(stem: string, feature: number, predict: number, annotate: number): string {
  return [
    ['feature_making', feature],
    ['predict', predict],
    ['annotating', annotate],
  ]
    .map(([table, code]) => `INSERT INTO ${table} (stem, r0b) VALUES ('${stem}', ${code});\n`)
    .join('');
}
