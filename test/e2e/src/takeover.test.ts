import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Ran, runLvra } from '@lvra/cli/testing/run-lvra';
import { type Database, Sqlite } from '@lvra/ledger/testing/sqlite';
import { type Sandbox, simulateAlerts, startSandbox } from '@lvra/simulator';
import { dataPaths } from '@lvra/store';
import { makeDataRoot, openPythonLedger, registerAsPython } from './data-root.js';

/** A stem as the Python pipeline left it: its statuses, and whether its files and rows are there. */
interface LeftBehind {
  readonly feature: number;
  readonly predict: number;
  readonly annotate: number;
  readonly files: 'batch' | 'batch and features' | 'none';
  readonly scored?: boolean;
}

const TOKEN = 'sandbox-token';
const ALERTS = 4;

/** Stems in every state that the Python pipeline writes; the comment says what must happen to them. */
const STEMS: Record<string, LeftBehind> = {
  // Nothing done yet: everything.
  '20260301_000001': { feature: 0, predict: 0, annotate: 0, files: 'batch' },
  // Features there, not scored: continues from predict.
  '20260301_000002': { feature: 1, predict: 0, annotate: 0, files: 'batch and features' },
  '20260301_000003': { feature: -1, predict: 0, annotate: 0, files: 'batch and features' },
  // Scored by the team's model, not annotated: annotated as version a1.
  '20260301_000004': { feature: 1, predict: 1, annotate: 0, files: 'none', scored: true },
  // Scores written, then killed before the status: no row may be doubled.
  '20260301_000005': { feature: 1, predict: 0, annotate: 0, files: 'batch and features', scored: true },
  // Failed for a passing reason: tried again.
  '20260301_000006': { feature: 30, predict: 0, annotate: 0, files: 'batch' },
  '20260301_000007': { feature: 99, predict: 0, annotate: 0, files: 'batch' },
  '20260301_000008': { feature: 1, predict: 21, annotate: 0, files: 'batch and features' },
  // Done: not touched.
  '20260301_000009': { feature: 1, predict: 1, annotate: 1, files: 'none', scored: true },
  '20260301_000010': { feature: -1, predict: 1, annotate: 1, files: 'none', scored: true },
  // Its batch file is gone: 21 again.
  '20260301_000011': { feature: 21, predict: 0, annotate: 0, files: 'none' },
  // Annotated in part, or not at all: it is unknown which rows, so all are sent.
  '20260301_000012': { feature: 1, predict: 1, annotate: -1, files: 'none', scored: true },
  '20260301_000013': { feature: 1, predict: 1, annotate: 42, files: 'none', scored: true },
  '20260301_000014': { feature: 1, predict: 1, annotate: 40, files: 'none', scored: true },
};

describe('lvra run --once takes over a log.db of the Python pipeline', () => {
  const { root, remove } = makeDataRoot();
  const paths = dataPaths(root);
  let sandbox: Sandbox;
  let ran: Ran;
  let ledger: Database;
  let untouched: unknown;

  const doneRows = (database: Database) =>
    ['feature_making', 'predict', 'annotating', 'provenance'].map((table) =>
      database.prepare(`SELECT * FROM ${table} WHERE stem IN ('20260301_000009', '20260301_000010')`).all(),
    );

  before(async () => {
    sandbox = await startSandbox();
    const python = openPythonLedger(root);
    await leaveBehind(python, root, sandbox.endpoint);
    untouched = doneRows(python);
    python.close();
    ran = await runLvra(['run', '--once', '--source', 'none'], {
      LVRA_DATA_ROOT: root,
      LASAIR_LSST_TOKEN: TOKEN,
      LVRA_ENDPOINT: sandbox.endpoint,
    });
    ledger = new Sqlite(paths.database, { readonly: true });
    ledger.defaultSafeIntegers(true);
  });

  after(async () => {
    ledger?.close();
    await sandbox?.close();
    remove();
  });

  const statuses = (stem: string) =>
    ['feature_making', 'predict', 'annotating'].map((table) =>
      Number(ledger.prepare(`SELECT r0b FROM ${table} WHERE stem = ?`).pluck().get(stem)),
    );

  test('stems that were pending or had failed are done', () => {
    for (const stem of ['000001', '000002', '000004', '000005', '000006', '000007', '000008']) {
      assert.deepEqual(statuses(`20260301_${stem}`), [1, 1, 1], `${stem}\n${ran.stdout}\n${ran.stderr}`);
    }
    assert.deepEqual(statuses('20260301_000003'), [-1, 1, 1]);
  });

  test('a stem whose batch file is gone has status 21, is named, and makes the exit code 1', () => {
    assert.deepEqual(statuses('20260301_000011'), [21, 0, 0]);
    assert.equal(ran.code, 1);
    assert.match(ran.stdout + ran.stderr, /20260301_000011/);
  });

  test('done stems are not touched: rows and timestamps are as they were', () => {
    assert.deepEqual(doneRows(ledger), untouched);
  });

  test('no score is doubled', () => {
    const doubled = ledger
      .prepare('SELECT stem, diaSourceId, count(*) AS n FROM provenance GROUP BY stem, diaSourceId HAVING n > 1')
      .all();
    assert.deepEqual(doubled, []);
  });

  for (const stem of ['000004', '000012', '000013', '000014']) {
    test(`scores of the team’s model that may be unsent are annotated as version a1: ${stem}`, () => {
      const rows = ledger.prepare('SELECT diaObjectId FROM provenance WHERE stem = ?').all(`20260301_${stem}`);
      assert.equal(rows.length, ALERTS);
      for (const { diaObjectId } of rows as { diaObjectId: bigint }[]) {
        assert.equal(sandbox.annotations.get(`r0b_lvra/${diaObjectId}`)?.version, 'a1');
      }
      assert.deepEqual(statuses(`20260301_${stem}`), [1, 1, 1]);
    });
  }
});

/** Writes files and rows as the Python pipeline would have left them. */
async function leaveBehind(python: Database, root: string, endpoint: string): Promise<void> {
  const paths = dataPaths(root);
  const alerts = simulateAlerts({ seed: 5, forms: 'full', revisits: 0, meanSources: 4 });
  for (const [stem, left] of Object.entries(STEMS)) {
    const batch = Array.from({ length: ALERTS }, () => alerts.next().value);
    registerAsPython(
      python,
      stem,
      batch.map((alert) => alert.diaObjectId),
    );
    if (left.files !== 'none') {
      mkdirSync(dirname(paths.batch(stem)), { recursive: true });
      writeFileSync(paths.batch(stem), `[\n${batch.map((alert) => alert.text).join(',\n')}\n]\n`);
    }
    if (left.scored) {
      for (const { diaObjectId, diaSourceId } of batch) {
        python
          .prepare(
            "INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES (?, ?, ?, 0.5, 'r0b', ?)",
          )
          // Rows that were written before a kill are of the version that this run scores with, too.
          .run(diaObjectId, diaSourceId, stem, left.predict === 1 ? 'a1' : 'demo');
      }
    }
  }
  await makeFeatureFiles(root, endpoint);
  for (const [stem, left] of Object.entries(STEMS)) {
    python.prepare('UPDATE feature_making SET r0b = ? WHERE stem = ?').run(left.feature, stem);
    python.prepare('UPDATE predict SET r0b = ? WHERE stem = ?').run(left.predict, stem);
    python.prepare('UPDATE annotating SET r0b = ? WHERE stem = ?').run(left.annotate, stem);
  }
}

/** Feature files for the stems that had them, computed in a data root of their own. */
async function makeFeatureFiles(root: string, endpoint: string): Promise<void> {
  const other = makeDataRoot();
  try {
    const stems = Object.entries(STEMS).filter(([, left]) => left.files === 'batch and features');
    const python = openPythonLedger(other.root);
    for (const [stem] of stems) {
      const to = dataPaths(other.root).batch(stem);
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(dataPaths(root).batch(stem), to);
      registerAsPython(python, stem, []);
    }
    python.close();
    const ran = await runLvra(['run', '--once', '--source', 'none', '--dry-run'], {
      LVRA_DATA_ROOT: other.root,
      LVRA_ENDPOINT: endpoint,
    });
    assert.equal(ran.code, 0, ran.stderr);
    for (const [stem] of stems) {
      const to = dataPaths(root).features(stem);
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(dataPaths(other.root).features(stem), to);
    }
  } finally {
    other.remove();
  }
}
