import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** The real alerts, beside the project. */
export const REAL = new URL('../../../../../shared/real/', import.meta.url);
/** The batch that the Python pipeline wrote of them. */
export const REAL_STEM = '20260202_102448';

type Cell = string | number | boolean | null;

interface Reference {
  readonly columns: readonly string[];
  /** The ids, as text, of the messages without `alert`. */
  readonly missing_alert: readonly string[];
  /** Ids as text, null for NaN. */
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

/** What the Python feature maker computes from the real batch. Only for tests. */
export const reference: Reference = JSON.parse(
  readFileSync(new URL(`reference/${REAL_STEM}.features.json`, REAL), 'utf8'),
);

/** The rows of a feature file as cells by column; the real alerts need no quoting. */
export function readFeatureRows(path: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    assert.equal(cells.length, columns.length);
    return Object.fromEntries(columns.map((column, i) => [column, cells[i] as string]));
  });
}

/**
 * Every row and column of the reference is there, and nothing else: ids, integers, booleans and empty cells equal,
 * floats within 1e-9 relative (pandas' fast float parser is off in the last digits).
 *
 * @param rows in any order; matched by diaSourceId
 * @param except columns that this run numbers differently
 */
export function assertReferenceRows(rows: readonly Record<string, string>[], except: readonly string[] = []): void {
  assert.equal(rows.length, reference.rows.length);
  for (const expected of reference.rows) {
    const row = rows.find((candidate) => candidate.diaSourceId === expected.diaSourceId);
    assert.ok(row, `no row for diaSourceId ${expected.diaSourceId}`);
    assert.deepEqual(Object.keys(row).sort(), [...reference.columns].sort());
    for (const column of reference.columns) {
      if (!except.includes(column)) assertCell(row[column] as string, expected[column] ?? null, column);
    }
  }
}

function assertCell(cell: string, expected: Cell, where: string): void {
  if (typeof expected === 'number' && /[.e]/.test(cell)) {
    const difference = Math.abs(Number(cell) - expected);
    assert.ok(difference <= 1e-9 * Math.abs(expected), `${where}: ${cell} is not ${expected}`);
  } else assert.equal(cell, expected === null ? '' : pythonText(expected), where);
}

const pythonText = (value: string | number | boolean) =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
