import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Ledger } from '@lvra/shared/ledger/ledger';
import { createLogger } from '@lvra/shared/observe/log';
import { Metrics } from '@lvra/shared/observe/metrics';
import { dataPaths } from '@lvra/shared/paths';
import { createFeatureTask } from './feature-stage.js';

/** What the Python reference computed from the real batch: ids as text, null for NaN. */
interface Reference {
  columns: string[];
  missing_alert: string[];
  rows: Record<string, string | number | boolean | null>[];
}

const REAL = new URL('../../../../shared/real/', import.meta.url).pathname;
const STEM = '20260202_102448';

test('the real batch gives the reference its 125 columns and 43 rows, ids exact, floats within 1e-9', async () => {
  const root = mkdtempSync(join(tmpdir(), 'lvra-feature-'));
  after(() => rmSync(root, { recursive: true }));
  cpSync(join(REAL, 'JSON'), join(root, 'JSON'), { recursive: true });
  const paths = dataPaths(root);
  const ledger = Ledger.open(paths.database, ['r0b'], { create: true });
  after(() => ledger.close());
  for (const table of ['feature_making', 'predict', 'annotating']) {
    ledger.database.prepare(`INSERT INTO ${table} (stem, r0b) VALUES (?, 0)`).run(STEM);
  }
  const work = ledger.work('feature', 'r0b');
  const log = createLogger(paths, 'test', { stdout: false });
  const task = createFeatureTask({ ledger, work, paths, vra: 'r0b', log, metrics: new Metrics() });
  const report = await task.perform(STEM, {
    signal: new AbortController().signal,
    attempt: 1,
    elapsed: () => 0,
  });
  assert.deepEqual(report, { status: -1, rows: 43, path: `csv/2026/20260202/${STEM}.csv` });
  assert.equal(work.status(STEM), -1);

  const reference: Reference = JSON.parse(readFileSync(join(REAL, 'reference', `${STEM}.features.json`), 'utf8'));
  const [header, ...lines] = readFileSync(paths.features(STEM), 'utf8').trimEnd().split('\n');
  const columns = (header as string).split(',');
  assert.deepEqual([...columns].sort(), [...reference.columns].sort());
  assert.equal(lines.length, reference.rows.length);
  lines.forEach((line, i) => {
    const cells = line.split(',');
    assert.equal(cells.length, columns.length);
    const expected = reference.rows[i] as Reference['rows'][number];
    columns.forEach((column, c) => assertCell(cells[c] as string, expected[column], `row ${i} column ${column}`));
  });
});

function assertCell(cell: string, expected: string | number | boolean | null | undefined, where: string): void {
  if (expected === null || expected === undefined) return assert.equal(cell, '', where);
  if (typeof expected === 'boolean') return assert.equal(cell, expected ? 'True' : 'False', where);
  if (typeof expected === 'string' || !/[.e]/.test(cell)) return assert.equal(cell, String(expected), where);
  const difference = Math.abs(Number(cell) - expected);
  assert.ok(difference <= 1e-9 * Math.abs(expected), `${where}: ${cell} is not ${expected}`);
}
