import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runImportPython } from '@lvra/model/testing/import-command';
import { LVRA, runLvra } from './testing/run-lvra.js';

const MAKE = new URL('../../../shared/model/src/testing/unsafe_models.py', import.meta.url).pathname;

test('SIGTERM ends a service at once while it tries a model that takes hours', { timeout: 120_000 }, async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lvra-stopped-trial-'));
  t.after(() => rmSync(root, { recursive: true }));
  await runImportPython(MAKE, root);
  writeFileSync(join(root, 'settings.yaml'), 'endpoint: http://127.0.0.1:1/api\nvras: [r0b.yaml]\n');
  const vra = { MODEL_NAME: 'r0b', MODEL_VERSION: 'slow', MODEL_PATH: join(root, 'slow.onnx'), TOPIC_OUT: 'r0b_lvra' };
  writeFileSync(
    join(root, 'r0b.yaml'),
    Object.entries(vra)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join(''),
  );
  const environment = {
    LVRA_SETTINGS: join(root, 'settings.yaml'),
    LVRA_DATA_ROOT: join(root, 'data'),
    LVRA_KAFKA_SERVER: '127.0.0.1:1',
    LVRA_MY_TOPIC: 'none',
    LVRA_GROUP_ID: 'none',
    LASAIR_LSST_TOKEN: 'x',
    LVRA_DRY_RUN: 'yes',
  };
  const made = await runLvra(['init'], environment);
  assert.equal(made.code, 0, made.stderr);
  const child = spawn(process.execPath, [LVRA, 'run', '--source', 'none'], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  // The trial is a child of the thread that began it.
  while (readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8') === '') await sleep(10);
  const begun = performance.now();
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  assert.ok(performance.now() - begun < 5_000, `${performance.now() - begun} ms`);
});
