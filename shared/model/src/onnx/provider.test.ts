import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StageMisconfigured } from '@lvra/core';
import { readFeatureFile } from '../feature-file/feature-file.js';
import { ModelFolder, ROWS } from '../testing/model-folder.js';
import { Model } from './model.js';
import { assertSameScores } from './provider.js';

describe('a model on another provider than the CPU', () => {
  test('is refused where the provider is not there, with what to do', async (t) => {
    const path = new ModelFolder(t).put('demo', 'a1');
    const words = /model .*r0b_a1\.onnx: it cannot run on cuda here \(.+\): install .+ or set predict_provider: cpu$/;
    await assert.rejects(Model.load(path, 'cuda'), (error: Error) => {
      assert.ok(error instanceof StageMisconfigured);
      assert.match(error.message, words);
      return true;
    });
  });

  test('must score the sample of its manifest as the CPU does', async (t) => {
    const folder = new ModelFolder(t);
    const plain = await Model.load(folder.put('demo', 'a1', { sample: undefined }));
    t.after(() => plain.close());
    const { values, rows } = await readFeatureFile(ROWS, plain.manifest);
    const width = plain.manifest.features.length;
    const sample = Array.from({ length: 20 }, (_, row) =>
      [...values.subarray(row * width, (row + 1) * width)].map((value) => (Number.isNaN(value) ? null : value)),
    );
    assert.ok(rows >= 20 && sample.flat().includes(null), 'a missing value is compared too');
    const model = await Model.load(folder.put('demo', 'a2', { sample }));
    t.after(() => model.close());
    const apart = (by: number) => ({
      score: async (given: Float32Array | Float64Array, count: number) => {
        const { scores } = await model.score(given, count);
        scores[7] = (scores[7] as number) + by;
        return { scores };
      },
    });
    await assertSameScores(model.manifest, model, apart(0.9e-6), 'cuda');
    const compare = (by: number) => assertSameScores(model.manifest, model, apart(by), 'cuda');
    await assert.rejects(compare(1.1e-6), /on cuda it gives 0\.\d+ and on the CPU 0\.\d+ for row 8 of the 20/);
    await assert.rejects(compare(Number.NaN), /on cuda it gives NaN/);
    await assert.rejects(
      assertSameScores(plain.manifest, plain, plain, 'cuda'),
      /no sample of rows .* import it again/,
    );
  });

  test('a sample of another width than the model is an error of the manifest', async (t) => {
    const path = new ModelFolder(t).put('simple', 'a1', {
      sample: [
        [1, 2, 3],
        [1, null],
      ],
    });
    await assert.rejects(Model.load(path), /row 2 of sample has not one value a feature/);
  });
});
