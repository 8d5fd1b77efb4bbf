import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InProcessBus } from '@lvra/bus';
import { stemOf } from '@lvra/core';
import { Ledger } from '@lvra/ledger';
import { execute, rowsIn } from '@lvra/ledger/testing/look-inside';
import { EXPECTED, ModelFolder, ROWS } from '@lvra/model/testing/model-folder';
import { DataFolder, StageRunner } from '@lvra/runtime';
import { dataPaths } from '@lvra/store';
import { createLogger, Metrics } from '@lvra/telemetry';
import { createPredictTask } from './predict-stage.js';

const STEMS = Array.from({ length: 30 }, (_, second) => stemOf(new Date(Date.UTC(2026, 2, 1, 0, 0, second))));
const SCORES: Record<string, readonly number[]> = { a1: EXPECTED.scores, a2: EXPECTED.simpleScores };

/** Stems that wait for the predict stage. */
async function waiting(context: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'lvra-swap-'));
  const paths = dataPaths(root);
  const ledger = await Ledger.open(paths.database, ['r0b'], { create: true });
  context.after(async () => {
    await ledger.close();
    rmSync(root, { recursive: true });
  });
  mkdirSync(dirname(paths.features(STEMS[0] as string)), { recursive: true });
  for (const stem of STEMS) {
    copyFileSync(ROWS, paths.features(stem));
    for (const [table, status] of Object.entries({ feature_making: 1, predict: 0, annotating: 0 })) {
      await execute(ledger, `INSERT INTO ${table} (stem, r0b) VALUES (?, ?)`, stem, status);
    }
  }
  return { paths, ledger };
}

test('models that are swapped under load lose no stem, and no stem has scores of two', async (context) => {
  const { paths, ledger } = await waiting(context);
  const models = new ModelFolder(context);
  for (const version of ['a1', 'a2'] as const) models.put(version === 'a1' ? 'demo' : 'simple', version);
  models.put('demo', 'a3');
  writeFileSync(models.file('a3'), 'half of a model');
  const folder = new DataFolder(paths, ledger);
  let version = 'a1';
  const stop = new AbortController();
  const replicas = ['one', 'two'].map((owner) => {
    const task = createPredictTask({
      ...{ ledger, folder, vra: 'r0b', features: 'r0b' },
      work: ledger.work('predict', 'r0b'),
      wanted: () => ({ model: { name: 'r0b', version, path: models.file('a1') }, annotate: true }),
      metrics: new Metrics(),
      log: createLogger(paths, 'test', { stdout: false }),
    });
    const log = createLogger(paths, 'test', { stdout: false });
    const work = ledger.work('predict', 'r0b');
    return new StageRunner({
      ...{ task, work, folder, bus: new InProcessBus(), log },
      ...{ metrics: new Metrics(), owner, sweepMs: 2 },
    });
  });
  const running = replicas.map((replica) => replica.run(stop.signal));
  const done = async () => (await ledger.overview.of('predict', 'r0b')).done;
  const deadline = performance.now() + 60_000;
  for (let turn = 0; (await done()) < STEMS.length && performance.now() < deadline; turn += 1) {
    // Every third one is a model that cannot be used.
    version = ['a1', 'a2', 'a3'][turn % 3] as string;
    const before = await done();
    while ((await done()) === before && performance.now() < deadline) await sleep(1);
  }
  stop.abort();
  await Promise.all(running);

  assert.equal(await done(), STEMS.length);
  const used = new Set<string>();
  const scores = 'SELECT score, model_version FROM provenance WHERE stem = ? ORDER BY ID';
  for (const stem of STEMS) {
    const rows = await rowsIn<{ score: number; model_version: string }>(ledger, scores, stem);
    const by = rows[0]?.model_version ?? '';
    used.add(by);
    const expected = SCORES[by];
    assert.equal(rows.length, expected?.length, `${stem} by ${by}`);
    rows.forEach((row, at) => {
      assert.equal(row.model_version, by);
      assert.ok(Math.abs(row.score - (expected?.[at] as number)) <= 1e-6, `${stem}, row ${at} by ${by}`);
    });
  }
  assert.deepEqual([...used].sort(), ['a1', 'a2']);
});
