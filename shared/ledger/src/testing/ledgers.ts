import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { runPython } from '@lvra/core/testing/python';
import { Ledger } from '../ledger.js';

const SPEC = new URL('../../../../../shared/spec/lvra-infrastructure.txt', import.meta.url);

/** The tables as the team's spec creates them. */
function specSchema(): string {
  const spec = readFileSync(SPEC, 'utf8');
  return spec.slice(spec.indexOf('CREATE TABLE feature_making'), spec.indexOf('Then run:'));
}

/** The path of a `log.db` in a new folder that goes when the test ends. */
export function ledgerPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-ledger-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'db', 'log.db');
}

/** A new ledger that is closed when the test ends. */
export function newLedger(t: TestContext, vras: readonly string[] = ['r0b']): Ledger {
  const path = ledgerPath(t);
  const ledger = Ledger.open(path, vras, { create: true });
  t.after(() => ledger.close());
  return ledger;
}

/** Makes a `log.db` with Python's sqlite3 from the spec's own statements, and the rows that a test adds. */
export function makePythonLedger(path: string, rows = ''): void {
  mkdirSync(dirname(path), { recursive: true });
  runPython(
    `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.executescript(sys.stdin.read())
connection.close()`,
    `${specSchema()}\n${rows}`,
    path,
  );
}

/** Puts stems into the status tables with the status of each stage; null is a VRA that was not asked for. */
export function addStem(ledger: Ledger, stem: string, ...statuses: (number | null)[]): void {
  ['feature_making', 'predict', 'annotating'].forEach((table, i) => {
    ledger.database
      .prepare(`INSERT INTO ${table} (stem, r0b) VALUES (?, ?)`)
      .run(stem, i < statuses.length ? statuses[i] : 0);
  });
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
