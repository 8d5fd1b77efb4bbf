import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { Settings } from '@lvra/config';
import { Model } from '@lvra/model';
import { EXPECTED, MODELS, ModelFolder, ROWS } from '@lvra/model/testing/model-folder';
import { dataPaths } from '@lvra/store';
import type { ScoreRecord } from '../object.js';
import { explainScore } from './explain-score.js';

const STEM = '20260422_041502';
/** A row of the fixtures, with what scikit-learn gives for it. */
const AT = 7;
const SOURCE = EXPECTED.ids[AT]?.[1] as string;
const SCORE = EXPECTED.scores[AT] as number;

const RECORD = {
  ...{ provenanceId: '1', diaSourceId: SOURCE, observedUtc: null, stem: STEM, vra: 'r0b', modelVersion: 'a1' },
  score: SCORE,
} as ScoreRecord;

const logit = (share: number) => Math.log(share / (1 - share));

/** The feature file of the fixtures, and the demonstration model as r0b a1. */
function placed(t: TestContext, manifest: Record<string, unknown> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'lvra-explain-'));
  t.after(() => rmSync(root, { recursive: true }));
  const models = new ModelFolder(t);
  const model = models.put('demo', 'a1', manifest);
  const vras = [{ modelName: 'r0b', modelVersion: 'a2', modelPath: models.file('a2'), features: 'r0b' }];
  const paths = dataPaths(root);
  const path = paths.features(STEM, 'r0b');
  mkdirSync(dirname(path), { recursive: true });
  const text = readFileSync(ROWS, 'utf8');
  writeFileSync(path, text);
  const look = { settings: { vras } as unknown as Settings, paths };
  const explain = (changes: Partial<ScoreRecord> = {}, mostBytes?: number) =>
    explainScore(look, { ...RECORD, ...changes }, mostBytes);
  return { models, model, path, text, explain };
}

describe('the explanation of a score', () => {
  test('is of its version, its stem and its source: from the average of the rows of the import to the score', async (t) => {
    const { model: path, explain } = placed(t);
    const model = await Model.load(path);
    t.after(() => model.close());
    const { features, explanation, missing } = await explain();
    assert.equal(missing, null);
    const { unit, base, value, comparedWith } = explanation ?? assert.fail('none');
    assert.deepEqual([unit, comparedWith], ['log-odds', { rows: 100, of: 'import' }]);
    const sample = model.manifest.sample ?? assert.fail('no sample');
    const rows = Float64Array.from(sample.flat(), (each) => each ?? Number.NaN);
    const { scores } = await model.score(rows, sample.length);
    const average = scores.reduce((sum, score) => sum + logit(score), 0) / scores.length;
    assert.ok(Math.abs(base - average) < 1e-9, `${base} for ${average}`);
    assert.ok(Math.abs(value - logit(SCORE)) < 1e-9);
    const added = features.map(({ contribution }) => contribution ?? Number.NaN);
    assert.ok(Math.abs(added.reduce((sum, each) => sum + each, base) - value) < 1e-12);
    assert.deepEqual(
      added,
      added.toSorted((a, b) => Math.abs(b) - Math.abs(a)),
    );
    assert.deepEqual(features.map(({ feature }) => feature).sort(), model.manifest.features.toSorted());
  });

  test('has each value as the file has it, how usual it is, and which ones are missing', async (t) => {
    const { explain, text } = placed(t);
    const [head = [], ...rows] = text.split('\n').map((line) => line.split(','));
    const row = rows.find((cells) => cells.includes(SOURCE)) ?? assert.fail('no row');
    const { features } = await explain();
    const { spread, missing: shares } = JSON.parse(
      readFileSync(new URL('../../../../../../deploy/models/demo/r0b_demo.json', import.meta.url), 'utf8'),
    );
    let missing = 0;
    for (const { feature, value, quantile, missingAtImport } of features) {
      const cell = row[head.indexOf(feature)] as string;
      assert.equal(missingAtImport, shares[feature]);
      if (cell === '') {
        missing += 1;
        assert.deepEqual([value, quantile], [null, null]);
        continue;
      }
      const number = { True: 1, False: 0 }[cell] ?? Number(cell);
      assert.equal(Number(value), number);
      const { from, to } = quantile ?? assert.fail(feature);
      const least = spread.levels.findLast((_: number, at: number) => spread.quantiles[feature][at] < number) ?? 0;
      const most = spread.levels.find((_: number, at: number) => spread.quantiles[feature][at] > number) ?? 1;
      assert.ok(least <= from && from <= to && to <= most, `${feature}: ${least} ${from} ${to} ${most}`);
    }
    assert.ok(missing > 0);
  });

  test('is compared with other rows of the stem where the import left none of feature files', async (t) => {
    const { explain, path, text } = placed(t, { missing: undefined, spread: undefined });
    const ofAll = await explain();
    assert.deepEqual(ofAll.explanation?.comparedWith, { rows: 100, of: 'stem' });
    assert.deepEqual([ofAll.features[0]?.quantile, ofAll.features[0]?.missingAtImport], [null, null]);
    const [head, ...rows] = text.trimEnd().split('\n');
    const own = rows.find((row) => row.includes(SOURCE)) ?? assert.fail('no row');
    const broken = rows[0]?.replace(/,[^,]*$/, ',x') ?? '';
    // Of the same object, and before the row of the source.
    const twin = own.replace(SOURCE, '17');
    writeFileSync(path, `${[head, broken, twin, own].join('\n')}\n`);
    const { explanation, features } = await explain();
    assert.deepEqual(explanation?.comparedWith, { rows: 1, of: 'stem' });
    assert.ok(features.every(({ contribution }) => Math.abs(contribution ?? 1) < 1e-12));
    writeFileSync(path, `${[head, own].join('\n')}\n`);
    const alone = await explain();
    assert.match(alone.missing ?? '', /^There is no other row to compare it with\.$/);
    assert.equal(alone.features.length, features.length);
  });

  test('is not shown where model and file give another score than the recorded one', async (t) => {
    const { explain } = placed(t);
    assert.equal((await explain({ score: SCORE + 0.9e-9 })).missing, null);
    const { missing, explanation, features } = await explain({ score: SCORE + 1.1e-9 });
    assert.match(
      missing ?? '',
      /^The model and the feature file that are here give 0\.\d+, not the recorded 0\.\d+: they/,
    );
    assert.deepEqual([explanation, features], [null, []]);
  });

  test('is made anew when the feature file or the model has changed, and only then', async (t) => {
    const { explain, model, path, text } = placed(t);
    // What was just written is not kept, as its next change might not show.
    const age = (file: string, seconds: number) => utimesSync(file, seconds, seconds);
    for (const file of [path, model, model.replace('.onnx', '.json')]) age(file, 1);
    const first = await explain();
    assert.equal(first.missing, null);
    assert.equal(await explain(), first);
    assert.notEqual(await explain({ score: SCORE + 1e-12 }), first);
    // The values of another source.
    const [head, other = '', ...rows] = text.split('\n');
    const own = rows.findIndex((row) => row.includes(SOURCE));
    const ids = (row: string) => row.split(',').slice(0, 3).join(',');
    const swapped = rows.with(own, other.replace(ids(other), ids(rows[own] as string)));
    for (const seconds of [undefined, 2]) {
      writeFileSync(path, [head, other, ...swapped].join('\n'));
      if (seconds) age(path, seconds);
      assert.match((await explain()).missing ?? '', /they are not what gave it/);
      writeFileSync(path, text);
      if (seconds) age(path, seconds + 1);
      assert.equal((await explain()).missing, null);
    }
    for (const seconds of [undefined, 2]) {
      copyFileSync(MODELS.simple, model);
      if (seconds) age(model, seconds);
      assert.match((await explain()).missing ?? '', /^No explanation for this kind of model/);
      copyFileSync(MODELS.demo, model);
      if (seconds) age(model, seconds + 1);
      assert.equal((await explain()).missing, null);
    }
  });

  test('of a model that has more bytes than may be read has the values alone', async (t) => {
    const { explain, model } = placed(t);
    const { size } = statSync(model);
    assert.equal((await explain({}, size)).missing, null);
    // The first one is kept with its model.
    const { missing, features } = await placed(t).explain({}, size - 1);
    assert.equal(
      missing,
      `The model is too large to be explained here: its file has ${size} bytes, at most ${size - 1}; \`lvra explain\` explains it.`,
    );
    assert.ok(features.some(({ value }) => value !== null));
    assert.ok(features.every(({ contribution }) => contribution === null));
  });

  test('of what it cannot tell says why', async (t) => {
    const { explain, models, model, path, text } = placed(t);
    const why = async (changes: Partial<ScoreRecord> = {}) => (await explain(changes)).missing ?? '';
    assert.match(await why({ score: 'high' as unknown as number }), /^The score is no number\.$/);
    assert.match(await why({ diaSourceId: null }), /does not tell the source/);
    assert.match(await why({ diaSourceId: '17' }), /^The feature file of its stem has no row of its source\.$/);
    assert.match(await why({ vra: 'r0c' }), /^The settings have no VRA r0c,/);
    assert.match(await why({ modelVersion: null }), /does not tell the version/);
    assert.match(await why({ modelVersion: 'a0' }), /^The model that scored it, r0b a0, is not in \/.*MODEL_PATH\.$/);
    writeFileSync(path, text.split('\n', 3).join('\n').replace('psfFlux,', 'flux,'));
    assert.match(
      await why(),
      /^The feature file of its stem cannot be used: .*lacks 1 of the model's columns: psfFlux\.$/,
    );
    writeFileSync(path, text.replaceAll(/0\.\d+/g, 'x'));
    assert.match(await why(), /^The feature file was changed after the score: \w+ is "x", not a number/);
    rmSync(path);
    assert.match(await why(), /^The feature file of its stem is not there any more/);
    writeFileSync(path, text);
    assert.equal(await why(), '');
    renameSync(model, `${model}.gone`);
    assert.match(await why(), /^The model that scored it, r0b a1, is not in/);
    writeFileSync(model, 'no model');
    assert.match(await why(), /^The model cannot be read: it is not ONNX/);
    models.put('simple', 'a1');
    const other = await explain();
    assert.match(other.missing ?? '', /^No explanation for this kind of model: /);
    assert.deepEqual(
      other.features.map(({ contribution, value }) => [contribution, typeof value]),
      Array.from({ length: 3 }, () => [null, 'string']),
    );
  });
});
