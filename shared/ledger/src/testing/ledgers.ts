import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TestContext } from 'node:test';
import { runPython } from '@lvra/core/testing/python';
import type { Ledger } from '../ledger.js';
import { ENGINE } from './engines.js';
import { execute } from './look-inside.js';

const SPEC = new URL('../../../../../shared/spec/lvra-infrastructure.txt', import.meta.url);

/** The tables as the team's spec creates them. */
function specSchema(): string {
  const spec = readFileSync(SPEC, 'utf8');
  return spec.slice(spec.indexOf('CREATE TABLE feature_making'), spec.indexOf('Then run:'));
}

/** An empty place for a ledger, on the engine under test; it goes when the test ends. */
export function newPlace(t: TestContext): string {
  return ENGINE.newPlace(t);
}

/** The ledger of a place, closed when the test ends: it may be opened many times. */
export async function openLedger(
  t: TestContext,
  place: string,
  vras: readonly string[],
  options: { create: boolean },
): Promise<Ledger> {
  const ledger = await ENGINE.open(place, vras, options);
  t.after(() => ledger.close());
  return ledger;
}

/** A new ledger that is closed when the test ends. */
export function newLedger(t: TestContext, vras: readonly string[] = ['r0b']): Promise<Ledger> {
  return openLedger(t, newPlace(t), vras, { create: true });
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

/** Puts a stem into the status tables with the status of each stage; null is a VRA that was not asked for. */
export async function addStem(ledger: Ledger, stem: string, ...statuses: (number | null)[]): Promise<void> {
  for (const [i, table] of ['feature_making', 'predict', 'annotating'].entries()) {
    const status = i < statuses.length ? statuses[i]! : 0;
    await execute(ledger, `INSERT INTO ${table} (stem, r0b) VALUES (?, ?)`, stem, status);
  }
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
