import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { InProcessBus } from '@lvra/bus';
import { Ledger } from '@lvra/ledger';
import { execute, valueIn } from '@lvra/ledger/testing/look-inside';
import { ModelFolder, ROWS } from '@lvra/model/testing/model-folder';
import { DataFolder, StageRunner } from '@lvra/runtime';
import { dataPaths } from '@lvra/store';
import { createLogger, Metrics } from '@lvra/telemetry';
import { createPredictTask } from './predict-stage.js';

const STEM = '20260202_102448';

/** A predict stage whose runner sweeps often, and one stem that waits for it. */
async function stage(context: TestContext, models: ModelFolder) {
  const root = mkdtempSync(join(tmpdir(), 'lvra-ready-'));
  const paths = dataPaths(root);
  const ledger = await Ledger.open(paths.database, ['r0b'], { create: true });
  for (const [table, status] of Object.entries({ feature_making: 1, predict: 0, annotating: 0 })) {
    await execute(ledger, `INSERT INTO ${table} (stem, r0b) VALUES (?, ?)`, STEM, status);
  }
  mkdirSync(dirname(paths.features(STEM)), { recursive: true });
  copyFileSync(ROWS, paths.features(STEM));
  const metrics = new Metrics();
  const log = createLogger(paths, 'test', { stdout: false });
  const work = ledger.work('predict', 'r0b');
  const task = createPredictTask({
    ...{ ledger, folder: new DataFolder(paths, ledger), work, vra: 'r0b', features: 'r0b', metrics, log },
    wanted: () => ({ model: { name: 'r0b', version: 'a1', path: models.file('a1') }, annotate: true }),
  });
  const runner = new StageRunner({
    ...{ task, work, folder: new DataFolder(paths, ledger), bus: new InProcessBus(), log, metrics },
    ...{ owner: 'test', sweepMs: 2 },
  });
  const stop = new AbortController();
  const running = runner.run(stop.signal);
  context.after(async () => {
    stop.abort();
    await running;
    await ledger.close();
    rmSync(root, { recursive: true });
  });
  const scores = async () => Number(await valueIn(ledger, 'SELECT count(*) FROM provenance'));
  return { runner, work, scores, paths, page: () => metrics.registry.metrics() };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await what())) {
    assert.ok(performance.now() < deadline, 'not within half a minute');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('the predict stage is not ready, scores nothing, and continues once it is fixed, if the model', () => {
  const cases: [what: string, spoil: (models: ModelFolder) => void, message: RegExp][] = [
    ['is not the one of its manifest', (models) => truncateSync(models.file('a1'), 5_000), /its sha256 is/],
    ['is no classifier', (models) => models.put('regression', 'a1'), /one output with the probabilities/],
    ['is not there', (models) => rmSync(models.file('a1')), /there is no model r0b a1/],
    ['has no class 1', (models) => models.put('demo', 'a1', { classes: [0, 2] }), /must have the class 1/],
  ];
  for (const [what, spoil, message] of cases) {
    test(what, async (context) => {
      const models = new ModelFolder(context);
      models.put('demo', 'a1');
      spoil(models);
      const { runner, work, scores, page } = await stage(context, models);
      await until(() => message.test(runner.notReady() ?? ''));
      assert.deepEqual([await scores(), await work.status(STEM)], [0, 0]);
      assert.match(await page(), /^lvra_model_refused\{vra="r0b",version="a1"\} 1$/m);
      assert.match(await page(), /^lvra_stage_ready\{stage="predict",vra="r0b"\} 0$/m);
      models.put('demo', 'a1');
      await until(async () => (await work.status(STEM)) === 1);
      assert.equal(runner.notReady(), undefined);
      assert.equal(await scores(), 120);
    });
  }

  test('needs features that the feature files lack; waiting stems get 31', async (context) => {
    const models = new ModelFolder(context);
    models.put('demo', 'a1');
    const { runner, work, scores, paths } = await stage(context, models);
    await until(async () => (await work.status(STEM)) === 1);
    const before = await scores();
    writeFileSync(paths.features(STEM), 'diaObjectId,diaSourceId\n7,8\n');
    await work.retry(STEM, true);
    await until(() => /newest feature files lack 56/.test(runner.notReady() ?? ''));
    await until(async () => (await work.status(STEM)) === 31);
    assert.equal(await scores(), before);
  });
});
