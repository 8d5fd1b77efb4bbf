import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Ledger } from '@lvra/ledger';
import { dataPaths } from '@lvra/store';
import { explainerOf } from './explain/explainer.js';
import type { Explainer } from './explain/explanation.js';
import { readFeatureFile } from './feature-file/feature-file.js';
import { readManifest } from './find-model.js';
import type { Manifest } from './manifest.js';
import { Model } from './onnx/model.js';
import { scoreStem, scoreTable } from './score-stem.js';
import { MODEL_IMPORT, runImportPython, writeTrainingTable } from './testing/import-command.js';
import { writeRealFeatures } from './testing/real-features.js';

/** What pandas and scikit-learn give for a feature file of the model's own rows, and for that of the real alerts. */
interface Expected {
  /** So many rows were written with a value at a split or one double to a side. */
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
  const paths = dataPaths(join(folder, 'data'));
  let ledger: Ledger;
  let realRows = 0;

  before(async () => {
    mkdirSync(models);
    mkdirSync(dirname(paths.database), { recursive: true });
    ledger = await Ledger.open(paths.database, ['r0b'], { create: true });
    realRows = writeRealFeatures(real);
    await writeTrainingTable(join(folder, 'table'), 2_000);
    await runImportPython(`${MODEL_IMPORT}tests/train_models.py`, join(folder, 'table'), real, models);
  });
  after(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As the predict stage scores it. */
  const scoresOf = async (csv: string, model: Model) => {
    const stem = '20260422_000000';
    mkdirSync(dirname(paths.features(stem, 'r0b')), { recursive: true });
    cpSync(csv, paths.features(stem, 'r0b'));
    const { rows, unscored } = await scoreStem(stem, model, { ledger, paths, features: 'r0b' });
    assert.deepEqual(unscored, []);
    return rows.map(({ score }) => score);
  };

  for (const { kind, trees } of KINDS) {
    test(`${kind}: feature files of 10,000 rows each, at every split too, and of the real alerts are scored within 1e-12 of the Python pipeline, and to the bit what the import compared`, async () => {
      const prefix = `${kind.slice(0, 12)}-`;
      const versions = readdirSync(models).flatMap((name) =>
        name.startsWith(prefix) ? (/^(.*)\.csv$/.exec(name)?.[1] ?? []) : [],
      );
      assert.equal(versions.length, 5);
      let moved = 0;
      for (const version of versions) {
        const expected: Expected = JSON.parse(readFileSync(join(models, `${version}.expected.json`), 'utf8'));
        const model = await Model.load(join(models, `r0b_${version}.onnx`));
        try {
          assert.equal(expected.scores.length, 10_000);
          if (trees) assert.ok(expected.atSplits >= 100, `${version}: ${expected.atSplits} rows at splits`);
          const csv = join(models, `${version}.csv`);
          const scores = await scoresOf(csv, model);
          assertEqual(scores, expected.scores, version);
          // So the parity in a manifest, which Python measured, is that of the onnxruntime which runs here.
          assert.deepEqual(scores, expected.onnxScores, version);
          assert.equal(expected.realScores.length, realRows);
          assertEqual(await scoresOf(real, model), expected.realScores, `${version}, real alerts`);
          moved += differing(await exactScoresOf(csv, model), scores);
        } finally {
          await model.close();
        }
      }
      // At splits it matters how numbers are read.
      if (trees) assert.ok(moved > 100, `${moved} scores are others with exact numbers`);
    });
  }

  test('explanations of 1,000 rows of each, at every split too, give the scores that the import compared within 1e-12; four models of three classes have none', async () => {
    let unexplained = 0;
    for (const name of readdirSync(models).filter((file) => file.endsWith('.expected.json'))) {
      const version = name.slice(0, -'.expected.json'.length);
      const { onnxScores }: Expected = JSON.parse(readFileSync(join(models, name), 'utf8'));
      const path = join(models, `r0b_${version}.onnx`);
      const manifest = await readManifest(path);
      let explainer: Explainer;
      try {
        explainer = explainerOf(readFileSync(path), manifest);
      } catch (error) {
        assert.match(String(error), /softmax/);
        unexplained += 1;
        continue;
      }
      const { values } = await readFeatureFile(join(models, `${version}.csv`), manifest);
      const width = manifest.features.length;
      const rowAt = (row: number) => Float64Array.from(values.subarray(row * width, (row + 1) * width));
      for (let row = 0; row < 1_000; row += 1) {
        const { score } = explainer.explain(rowAt(row), [rowAt(9_999)]);
        const difference = Math.abs(score - (onnxScores[row] as number));
        assert.ok(difference <= 1e-12, `${version}: row ${row + 1} differs by ${difference}`);
      }
    }
    assert.equal(unexplained, 4);
  });
});

async function exactScoresOf(csv: string, model: Model): Promise<number[]> {
  const exact: Manifest = { ...model.manifest, numbers: 'exact' };
  return (await scoreTable(await readFeatureFile(csv, exact), model)).rows.map(({ score }) => score);
}

function differing(scores: readonly number[], others: readonly number[]): number {
  return scores.filter((score, row) => Math.abs(score - (others[row] as number)) > 1e-6).length;
}

function assertEqual(scores: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(scores.length, expected.length);
  const differences = scores.map((score, row) => Math.abs(score - (expected[row] as number)));
  const worst = differences.findIndex((difference) => !(difference <= 1e-12));
  assert.equal(worst, -1, `${what}: row ${worst + 1} differs by ${differences[worst]}`);
  // A model that gives the same score to all would prove nothing.
  assert.ok(new Set(expected).size > 10, `${what}: the scores hardly differ`);
}
