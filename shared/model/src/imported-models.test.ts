import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readFeatureFile } from './feature-file/feature-file.js';
import { Model } from './onnx/model.js';
import { MODEL_IMPORT, runImportPython, writeTrainingTable } from './testing/import-command.js';
import { writeRealFeatures } from './testing/real-features.js';

/** What scikit-learn gives for the model's own rows, and for those of the real alerts. */
interface Expected {
  /** So many rows reach a split, with a value at it or one double to a side. */
  readonly atSplits: number;
  readonly scores: number[];
  /** What the import's own onnxruntime gives for the model's own rows. */
  readonly onnxScores: number[];
  readonly realScores: number[];
}

/** Beginnings of model versions; `trees`: rows at the splits are wanted. */
const KINDS = [
  { kind: 'HistGradientBoosting', trees: true },
  { kind: 'GradientBoosting', trees: true },
  { kind: 'RandomForest', trees: true },
  { kind: 'ExtraTrees', trees: true },
  { kind: 'LogisticRegression', trees: false },
  { kind: 'Pipeline', trees: false },
];

describe('five models of each kind, trained on simulated features, imported and scored here', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-imported-'));
  const models = join(folder, 'models');
  const real = join(folder, 'real.csv');
  let realRows = 0;

  before(async () => {
    mkdirSync(models);
    realRows = writeRealFeatures(real);
    await writeTrainingTable(join(folder, 'table'), 2_000);
    await runImportPython(`${MODEL_IMPORT}tests/train_models.py`, join(folder, 'table'), real, models);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { kind, trees } of KINDS) {
    test(`${kind}: 10,000 rows of each, at every split too, and the real alerts, within 1e-6 of scikit-learn and to the bit what the import compared`, async () => {
      const prefix = `${kind.slice(0, 12)}-`;
      const versions = readdirSync(models).flatMap((name) =>
        name.startsWith(prefix) ? (/^(.*)\.csv$/.exec(name)?.[1] ?? []) : [],
      );
      assert.equal(versions.length, 5);
      for (const version of versions) {
        const expected: Expected = JSON.parse(readFileSync(join(models, `${version}.expected.json`), 'utf8'));
        const model = await Model.load(join(models, `r0b_${version}.onnx`));
        try {
          const scoresOf = async (csv: string) => {
            const { values, rows } = await readFeatureFile(csv, model.manifest);
            const { scores, unscored } = await model.score(values, rows);
            assert.deepEqual([...unscored], []);
            return scores;
          };
          assert.equal(expected.scores.length, 10_000);
          if (trees) assert.ok(expected.atSplits >= 100, `${version}: ${expected.atSplits} rows at splits`);
          const scores = await scoresOf(join(models, `${version}.csv`));
          assertEqual(scores, expected.scores, version);
          // So the parity in a manifest, which Python measured, is that of the onnxruntime which runs here.
          assert.deepEqual([...scores], expected.onnxScores, version);
          assert.equal(expected.realScores.length, realRows);
          assertEqual(await scoresOf(real), expected.realScores, `${version}, real alerts`);
        } finally {
          await model.close();
        }
      }
    });
  }
});

function assertEqual(scores: Float64Array, expected: readonly number[], what: string): void {
  assert.equal(scores.length, expected.length);
  let worst = 0;
  scores.forEach((score, row) => {
    if (
      !(
        Math.abs(score - (expected[row] as number)) <= Math.abs((scores[worst] as number) - (expected[worst] as number))
      )
    )
      worst = row;
  });
  const difference = Math.abs((scores[worst] as number) - (expected[worst] as number));
  assert.ok(difference <= 1e-6, `${what}: row ${worst + 1} differs by ${difference}`);
  // A model that gives the same score to all would prove nothing.
  assert.ok(new Set(expected).size > 10, `${what}: the scores hardly differ`);
}
