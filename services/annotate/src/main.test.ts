import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSettings } from '@lvra/config';
import { DataFolder, InHand } from '@lvra/runtime';
import { Metrics } from '@lvra/telemetry';
import { createTask } from './main.js';
import { FIRST_STEM, Night, scoresOf } from './testing/night.js';

test('scores of the demonstration that wait when the team’s model is set do not go to Lasair’s own server', async (context) => {
  const night = await Night.start(context);
  const scores = scoresOf(2).map((score) => ({ ...score, version: 'demo' }));
  await night.addStem(FIRST_STEM, scores);
  const settings = loadSettings({
    environment: {
      LVRA_DATA_ROOT: night.root,
      LVRA_R0B_MODEL_VERSION: 'a1',
      // Nothing is called there; the name is what counts.
      LVRA_ENDPOINT: 'https://nowhere.lsst.ac.uk/api',
      LASAIR_LSST_TOKEN: 'none',
    },
  });
  const { paths, ledger, log } = night;
  const parts = {
    settings,
    paths,
    folder: new DataFolder(paths, ledger),
    ledger,
    log,
    metrics: new Metrics(),
    owner: 'test',
    close: async () => {},
    inHand: new InHand(),
  };
  const task = createTask({ ...parts, vra: settings.vras[0]! });
  await task.prepare?.();
  await ledger.work('annotate', 'r0b').claim(FIRST_STEM, 'test', Date.now(), 30_000);
  const report = await task.perform(FIRST_STEM, { signal: context.signal, attempt: 1, elapsed: () => 0 });
  await task.close?.();
  assert.deepEqual(report, { status: -1, rows: 0 });
  assert.deepEqual(await night.outcomes(FIRST_STEM), ['refused', 'refused']);
});

test('nor do those of the demonstration model, swapped in while the stage runs', async (context) => {
  const night = await Night.start(context);
  const file = join(night.root, 'r0b.yaml');
  const write = (version: string) =>
    writeFileSync(file, `MODEL_PATH: m.onnx\nMODEL_NAME: r0b\nTOPIC_OUT: r0b_lvra\nMODEL_VERSION: ${version}\n`);
  write('a1');
  const settings = loadSettings({
    environment: {
      LVRA_DATA_ROOT: night.root,
      LVRA_VRAS: file,
      LVRA_ENDPOINT: 'https://nowhere.lsst.ac.uk/api',
      LASAIR_LSST_TOKEN: 'none',
    },
  });
  const { paths, ledger, log } = night;
  const parts = {
    settings,
    paths,
    folder: new DataFolder(paths, ledger),
    ledger,
    log,
    metrics: new Metrics(),
    owner: 'test',
    close: async () => {},
    inHand: new InHand(),
  };
  const task = createTask({ ...parts, vra: settings.vras[0]! });
  await task.prepare?.();
  write('demo');
  await night.addStem(
    FIRST_STEM,
    scoresOf(2).map((score) => ({ ...score, version: 'demo' })),
  );
  const report = await night.annotate(FIRST_STEM, task);
  await task.close?.();
  assert.deepEqual(report, { status: -1, rows: 0 });
  assert.deepEqual(await night.outcomes(FIRST_STEM), ['refused', 'refused']);
});
