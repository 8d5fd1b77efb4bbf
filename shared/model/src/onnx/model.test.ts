import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { StageMisconfigured, StemFailed } from '@lvra/core';
import { readFeatureFile } from '../feature-file/feature-file.js';
import { writeRealFeatures } from '../testing/real-features.js';
import { Model } from './model.js';
import { InferenceSession, type Tensor } from './onnxruntime.js';

const DEMO = new URL('../../../../deploy/models/demo/', import.meta.url).pathname;
const FIXTURES = join(DEMO, 'fixtures');

/** What scikit-learn gave for the held-out rows of `rows.csv`, written when the model was trained. */
interface Expected {
  ids: [string, string][];
  scores: number[];
  simpleScores: number[];
  missing: number;
}
const expected: Expected = JSON.parse(readFileSync(join(FIXTURES, 'expected.json'), 'utf8'));

async function scoresOf(modelPath: string, csvPath: string) {
  const model = await Model.load(modelPath);
  try {
    const table = await readFeatureFile(csvPath, model.manifest);
    return { table, ...(await model.score(table.values, table.rows)) };
  } finally {
    await model.close();
  }
}

function assertClose(actual: Iterable<number>, wanted: readonly number[]): void {
  const list = [...actual];
  assert.equal(list.length, wanted.length);
  const greatest = Math.max(...list.map((score, row) => Math.abs(score - (wanted[row] as number))));
  assert.ok(greatest <= 1e-6, `scores differ by ${greatest}`);
}

describe('the demonstration model', () => {
  const demo = join(DEMO, 'r0b_demo.onnx');

  test('scores held-out rows, missing values among them, as scikit-learn did', async () => {
    const { table, scores } = await scoresOf(demo, join(FIXTURES, 'rows.csv'));
    assert.equal(table.values.filter(Number.isNaN).length, expected.missing);
    assert.ok(expected.missing > 100);
    assertClose(scores, expected.scores);
    assert.deepEqual(
      table.diaObjectIds.map((id, row) => [String(id), String(table.diaSourceIds[row])]),
      expected.ids,
    );
  });

  for (const file of ['pandas-with-index.csv', 'pandas-quoted.csv', 'pandas-floats.csv']) {
    test(`scores ${file} the same`, async () => {
      const { table, scores } = await scoresOf(demo, join(FIXTURES, file));
      assertClose(scores, expected.scores.slice(0, 12));
      assert.deepEqual(
        table.diaSourceIds.map(String),
        expected.ids.slice(0, 12).map(([, source]) => source),
      );
    });
  }

  test('gives every real alert a probability', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-model-'));
    context.after(() => rmSync(folder, { recursive: true }));
    writeRealFeatures(join(folder, 'real.csv'));
    const { scores } = await scoresOf(demo, join(folder, 'real.csv'));
    assert.equal(scores.length, 43);
    for (const score of scores) assert.ok(score >= 0 && score <= 1, String(score));
    assert.ok(new Set(scores).size > 20, 'the scores hardly differ');
  });
});

describe('models of skl2onnx', () => {
  for (const type of ['float', 'double']) {
    test(`a ${type} model with zipmap off scores as scikit-learn did`, async () => {
      const { scores } = await scoresOf(join(FIXTURES, `skl2onnx-${type}.onnx`), join(FIXTURES, 'rows.csv'));
      assertClose(scores, expected.simpleScores);
    });
  }

  test('a row without a probability has no score and a reason, the others have theirs', async () => {
    const model = await Model.load(join(FIXTURES, 'skl2onnx-double.onnx'));
    try {
      const [first, second] = model.manifest.features;
      const rows = [
        [1, 2, 0],
        [Number.NaN, 2, 0],
        [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0],
        [3, 4, 1],
      ];
      const { scores, unscored } = await model.score(new Float64Array(rows.flat()), rows.length);
      const alone = async (row: number[]) => (await model.score(new Float64Array(row), 1)).scores[0];
      assert.deepEqual([...scores], [await alone([1, 2, 0]), Number.NaN, Number.NaN, await alone([3, 4, 1])]);
      assert.deepEqual([...unscored.keys()], [1, 2]);
      assert.match(unscored.get(1) as string, new RegExp(`^${first} missing: the model gives NaN, not a probability`));
      assert.match(unscored.get(2) as string, new RegExp(`^${first} is inf, ${second} is inf: the model gives NaN`));
    } finally {
      await model.close();
    }
  });

  test('a row that makes a run fail costs no other row its score; a model that always fails fails the stem', async (t) => {
    const model = await Model.load(join(FIXTURES, 'skl2onnx-double.onnx'));
    t.after(() => model.close());
    const rows = Array.from({ length: 9 }, (_, row) => [row, 2, row === 5 ? 666 : 0]);
    const values = new Float64Array(rows.flat());
    const plain = await model.score(values, rows.length);
    const session = await InferenceSession.create(join(FIXTURES, 'skl2onnx-double.onnx'));
    const prototype = Object.getPrototypeOf(session);
    await session.release();
    const { run } = prototype;
    const failing = (fails: (data: Float64Array) => boolean) =>
      t.mock.method(prototype, 'run', function (this: unknown, feeds: Record<string, Tensor>, ...rest: unknown[]) {
        const [tensor] = Object.values(feeds) as [Tensor];
        if (fails(tensor.data as Float64Array)) throw new Error('index out of bounds');
        return run.call(this, feeds, ...rest);
      });
    const one = failing((data) => data.includes(666));
    const { scores, unscored } = await model.score(values, rows.length);
    one.mock.restore();
    assert.deepEqual([...scores], [...plain.scores].with(5, Number.NaN));
    assert.deepEqual([...unscored], [[5, 'the model fails: index out of bounds']]);
    const all = failing(() => true);
    await assert.rejects(
      model.score(values, rows.length),
      (error: unknown) =>
        error instanceof StemFailed && error.status === 99 && /index out of bounds/.test(error.message),
    );
    all.mock.restore();
  });
});

describe('a model that cannot be used is rejected with a reason', () => {
  let folder: string;
  let path: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lvra-model-'));
    path = join(folder, 'skl2onnx-float.onnx');
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The loading of a sound model whose manifest was changed. */
  const loadWith = async (change: Record<string, unknown>) => {
    cpSync(FIXTURES, folder, { recursive: true });
    const manifest = JSON.parse(readFileSync(join(folder, 'skl2onnx-float.json'), 'utf8'));
    writeFileSync(join(folder, 'skl2onnx-float.json'), JSON.stringify({ ...manifest, ...change }));
    const model = await Model.load(path);
    await model.close();
  };
  const refused = (loading: Promise<unknown>, message: RegExp) =>
    assert.rejects(loading, (error: unknown) => {
      assert.ok(error instanceof StageMisconfigured, String(error));
      assert.match(error.message, message);
      return true;
    });

  test('unless nothing was changed', () => loadWith({}));

  test('a file that is not the one of the manifest', () =>
    refused(loadWith({ sha256: '0'.repeat(64) }), /its sha256 is [0-9a-f]{64}, but its manifest says 0000/));

  test('no model, no manifest, another ending', async () => {
    await refused(Model.load(join(folder, 'none.onnx')), /manifest .*none\.json cannot be read/);
    writeFileSync(join(folder, 'alone.json'), readFileSync(join(FIXTURES, 'skl2onnx-float.json')));
    await refused(Model.load(join(folder, 'alone.onnx')), /model .*alone\.onnx cannot be read/);
    await refused(Model.load(join(folder, 'r0b.joblib')), /does not end in \.onnx/);
  });

  test('a manifest that lacks something', async () => {
    await refused(loadWith({ features: undefined }), /manifest .*wrong.*features/s);
    await refused(loadWith({ features: ['snr', 'x', 'snr'] }), /features are named twice: snr/);
    await refused(loadWith({ classes: [0, 2] }), /must have the class 1/);
    await refused(loadWith({ version: '' }), /version/);
    cpSync(FIXTURES, folder, { recursive: true });
    writeFileSync(join(folder, 'skl2onnx-float.json'), '{');
    await refused(Model.load(path), /manifest .*wrong.*JSON/);
  });

  test('another number of features, another type of input, another number of classes', async () => {
    await refused(
      loadWith({ features: ['psfFlux', 'snr'] }),
      /input has the shape .*3\], but its manifest has 2 features/,
    );
    await refused(loadWith({ input: 'double' }), /input is float32, but its manifest says double/);
    await refused(loadWith({ classes: [0, 1, 2] }), /probabilities of the classes 0, 1, 2/);
  });

  test('bytes that are not an ONNX graph', async () => {
    const bytes = Buffer.from('not a graph');
    const manifest = JSON.parse(readFileSync(join(FIXTURES, 'skl2onnx-float.json'), 'utf8'));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(folder, 'text.onnx'), bytes);
    writeFileSync(join(folder, 'text.json'), JSON.stringify({ ...manifest, sha256 }));
    await refused(Model.load(join(folder, 'text.onnx')), /it is not ONNX: there is no field at byte 0/);
  });

  test('probabilities as maps', () =>
    refused(Model.load(join(FIXTURES, 'skl2onnx-zipmap.onnx')), /ZipMap.*convert it with zipmap off/));

  test('no classifier', () =>
    refused(Model.load(join(FIXTURES, 'skl2onnx-regression.onnx')), /must have one output with the probabilities/));
});
