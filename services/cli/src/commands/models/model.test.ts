import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ledger } from '@lvra/ledger';
import { execute } from '@lvra/ledger/testing/look-inside';
import { runLvra, temporaryFolder } from '../../testing/run-lvra.js';

const DEMO = fileURLToPath(new URL('../../../../../deploy/models/demo/r0b_demo', import.meta.url));
const VRA = '# ours\nMODEL_PATH: models/r0b_a1.onnx\nMODEL_NAME: r0b\nMODEL_VERSION: a1 # first\nTOPIC_OUT: r0b_lvra\n';

/** A data folder whose r0b has the versions a1 and a2. */
function twoVersions(t: { after(hook: () => void): void }) {
  const { folder, remove } = temporaryFolder();
  t.after(remove);
  const models = join(folder, 'models');
  mkdirSync(models);
  const manifest = JSON.parse(readFileSync(`${DEMO}.json`, 'utf8'));
  for (const version of ['a1', 'a2']) {
    copyFileSync(`${DEMO}.onnx`, join(models, `r0b_${version}.onnx`));
    writeFileSync(join(models, `r0b_${version}.json`), JSON.stringify({ ...manifest, version }));
  }
  const file = join(folder, 'r0b.yaml');
  writeFileSync(file, VRA);
  writeFileSync(
    join(folder, 'settings.yaml'),
    'vras: r0b.yaml\nsource: none\nendpoint: https://lasair.lsst.ac.uk/api\n',
  );
  const environment = { LVRA_SETTINGS: join(folder, 'settings.yaml'), LVRA_DATA_ROOT: folder };
  const lvra = (words: string, more: Record<string, string> = {}) =>
    runLvra(words.split(' '), { ...environment, ...more });
  return { folder, models, lvra, text: () => readFileSync(file, 'utf8') };
}

describe('lvra model', () => {
  test('list shows the versions side by side, and use changes which one scores', async (t) => {
    const { lvra, text } = twoVersions(t);
    assert.match((await lvra('model list')).stdout, /^\* +a1 +r0b_a1\.onnx +56 +20.*\n +a2 +r0b_a2\.onnx/m);
    const used = await lvra('model use r0b a2');
    assert.deepEqual([used.code, used.stderr], [0, '']);
    assert.match(used.stdout, /r0b\.yaml: MODEL_VERSION is a2 now, it was a1; counts from the next stem on/);
    assert.equal(text(), VRA.replace('MODEL_VERSION: a1', 'MODEL_VERSION: a2'));
    assert.match((await lvra('model list')).stdout, /^ +a1 .*\n\* +a2 /m);
  });

  test('use changes nothing where the model would be refused', async (t) => {
    const { lvra, text, models } = twoVersions(t);
    truncateSync(join(models, 'r0b_a2.onnx'), 5_000);
    const manifest = JSON.parse(readFileSync(join(models, 'r0b_a1.json'), 'utf8'));
    copyFileSync(join(models, 'r0b_a1.onnx'), join(models, 'r0b_demo.onnx'));
    writeFileSync(join(models, 'r0b_demo.json'), JSON.stringify({ ...manifest, version: 'demo' }));
    const cases: [words: string, more: Record<string, string>, why: RegExp][] = [
      ['model use r0b a2', {}, /r0b_a2\.onnx cannot be used: its sha256 is .*; nothing was changed$/],
      ['model use r0b a3', {}, /there is no model r0b a3 in .*; there is r0b a1, r0b a2, r0b demo/],
      ['model use agn a1', {}, /there is no VRA agn in the settings/],
      ['model use r0b a1', { LVRA_R0B_MODEL_VERSION: 'a2' }, /LVRA_R0B_MODEL_VERSION is set and overrides/],
      ['model use r0b demo', { LASAIR_LSST_TOKEN: 'abc' }, /the demonstration model must not annotate at/],
    ];
    for (const [words, more, why] of cases) {
      const { code, stderr } = await lvra(words, more);
      assert.equal(code, 2, words);
      assert.match(stderr.trim(), why);
      assert.equal(text(), VRA);
    }
  });

  test('use refuses a model whose features the newest feature files lack', async (t) => {
    const { folder, lvra, text } = twoVersions(t);
    await lvra('init');
    const ledger = await Ledger.open(join(folder, 'db', 'log.db'), ['r0b'], { create: false });
    await execute(ledger, "INSERT INTO feature_making (stem, r0b) VALUES ('20260202_102448', 1)");
    await ledger.close();
    mkdirSync(join(folder, 'csv', '2026', '20260202'), { recursive: true });
    writeFileSync(join(folder, 'csv', '2026', '20260202', '20260202_102448.csv'), 'diaObjectId,snr\n7,8\n');
    const { code, stderr } = await lvra('model use r0b a2');
    assert.equal(code, 2);
    assert.match(stderr, /newest feature files lack 55 of the columns of model .*r0b_a2\.onnx: psfFlux, /);
    assert.equal(text(), VRA);
  });
});
