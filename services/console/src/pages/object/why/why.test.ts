import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { EXPECTED, ModelFolder, ROWS } from '@lvra/model/testing/model-folder';
import type { Look, ScoreRecord } from '@lvra/operations';
import { dataPaths } from '@lvra/store';
import { testFolder } from '../../../testing/data-folder.js';
import { OBJECT } from '../answer.js';
import { explainedScore } from './read.js';

/** Two rows of the fixtures, as two sources of one object, with what scikit-learn gives for them. */
const [OLDER, NEWER] = [3, 7].map((at) => ({
  diaSourceId: EXPECTED.ids[at]?.[1] as string,
  score: EXPECTED.scores[at] as number,
})) as [Scored, Scored];
/** The first of a registered batch. */
const ID = '313637921267122190';

interface Scored {
  readonly diaSourceId: string;
  readonly score: number;
}

/** A data folder with the demonstration model, its fixtures as feature file, and two scores. */
async function folderWith(t: TestContext, model: 'demo' | 'simple' = 'demo') {
  const { root, ledger, console, register } = await testFolder(t);
  const models = new ModelFolder(t);
  const path = models.put(model, 'a1');
  for (const ending of ['onnx', 'json']) cpSync(path.replace('onnx', ending), join(root, `r0b.${ending}`));
  const stem = await register(Date.now() - 60_000);
  const features = dataPaths(root).features(stem, 'r0b');
  mkdirSync(dirname(features), { recursive: true });
  cpSync(ROWS, features);
  const settlement = { status: 1, now: Date.now(), durationMs: 1 } as const;
  const ids = (scored: Scored) => ({ diaObjectId: BigInt(ID), diaSourceId: BigInt(scored.diaSourceId) });
  const flags = { count: [3, 2, 1, 0, 0], first: [0, 0, 1, 0, 0] } as const;
  const sources = [OLDER, NEWER].map((each, day) => ({
    ...{ ...ids(each), midpointMjdTai: 61_073 + day, receivedMs: undefined, flags },
  }));
  await ledger.results.recordFeatures(ledger.work('feature', 'r0b'), stem, sources, [], settlement);
  const scores = [OLDER, NEWER].map((each) => ({ ...ids(each), score: each.score }));
  const version = { name: 'r0b', version: 'a1' };
  await ledger.results.recordScores(ledger.work('predict', 'r0b'), stem, version, scores, settlement);
  return {
    ...{ ledger, console, stem, features, model: join(root, 'r0b.onnx') },
    page: (query = '') => console.text(`/objects/${ID}${query}`),
    told: async (query = '') => OBJECT.parse(await console.json(`/api/v1/objects/${ID}${query}`)),
  };
}

/** The section of the page, its rows as texts. */
function sectionOf(page: string) {
  const [section = ''] = /<section aria-labelledby="why".*?(?=<section aria-labelledby="flags")/s.exec(page) ?? [];
  const rowsOf = (table: string) =>
    [...table.matchAll(/<tr><th scope="row">(.*?)<\/tr>/gs)].map(([, row = '']) =>
      row
        .replaceAll(/<svg.*?<\/svg>/gs, '')
        .split(/<\/?t[hd][^>]*>/)
        .map((cell) => cell.replaceAll(/<[^>]*>/g, '').trim())
        .filter(Boolean),
    );
  const [first = '', rest = ''] = section.split('<details>');
  return { section, first: rowsOf(first), rest: rowsOf(rest) };
}

describe('why a score', () => {
  test('has a bar and a row a feature, the strongest first, and all that its sum is made of', async (t) => {
    const { page, told } = await folderWith(t);
    const { explained } = await told();
    assert.equal(explained?.diaSourceId, NEWER.diaSourceId);
    const { explanation, features } = explained ?? assert.fail('nothing');
    const { base, value } = explanation ?? assert.fail('no explanation');
    assert.ok(Math.abs(1 / (1 + Math.exp(-value)) - NEWER.score) < 1e-9);
    const { section, first, rest } = sectionOf(await page());
    assert.match(section, /Compared with 100 rows of feature files/);
    assert.match(section, /they say what pushed the\s+model, not what the object is/);
    assert.deepEqual(
      [...first.slice(0, -1), ...rest].map(([name]) => name),
      features.map(({ feature }) => feature),
    );
    assert.deepEqual([first.length, rest.length], [16, features.length - 15]);
    assert.equal(section.match(/<svg /g)?.length, features.length + 1);
    const added = first.map(([, number = '']) => Number(number.replace('−', '-')));
    assert.ok(Math.abs(added.reduce((sum, each) => sum + each, base) - value) < 17 * 0.5e-4);
    assert.equal(first.at(-1)?.[0], `the other ${rest.length} together`);
    for (const [at, row] of [...first.slice(0, -1), ...rest].entries()) {
      assert.equal(row[2], features[at]?.value ?? 'missing');
      assert.match(row[3] ?? '', /^(\d+(\.\d)?( to \d+(\.\d)?)? %|below all|above all|[\d.]+ % missing)$/);
    }
    assert.ok(rest.some(([, , shown]) => shown === 'missing'));
    // Longest where most was added, to the side of its sign.
    const [, side, x, width] = /<rect class="bar( less)?" x="([\d.]+)" y="2" width="([\d.]+)"/.exec(section) ?? [];
    assert.deepEqual([side !== undefined, x, width], added[0]! < 0 ? [true, '0', '55'] : [false, '55', '55']);
  });

  test('is of the newest score, and of any other that the address names', async (t) => {
    const { page, told, console } = await folderWith(t);
    const { scores } = await told();
    const [newer, older] = scores.map(({ provenanceId }) => provenanceId);
    const whole = await page();
    for (const id of [newer, older]) assert.ok(whole.includes(`href="/objects/${ID}?explain=${id}#why"`), id);
    const other = await told(`?explain=${older}`);
    assert.equal(other.explained?.diaSourceId, OLDER.diaSourceId);
    assert.match(sectionOf(await page(`?explain=${older}`)).section, new RegExp(OLDER.score.toFixed(4)));
    const none = await console.ask(`/api/v1/objects/${ID}?explain=77`);
    assert.deepEqual([none.status, /no score with the provenance ID 77/.test(await none.text())], [404, true]);
  });

  test('is of the first VRA in the settings that has scored it, whoever scored last', async () => {
    const look = { vras: ['r0c', 'r0b'], settings: { vras: [] } } as unknown as Look;
    const of = (vra: string, provenanceId: string) =>
      ({ vra, provenanceId, diaSourceId: '1', score: 0.5, modelVersion: 'a1' }) as ScoreRecord;
    const explained = async (...scores: ScoreRecord[]) =>
      (await explainedScore(look, { diaObjectId: ID, scores }))?.provenanceId;
    assert.equal(await explained(of('r0b_next', '9'), of('r0b', '8'), of('r0b', '7')), '8');
    assert.equal(await explained(of('r0b_next', '9'), of('r0b_next', '6')), '9');
    assert.equal(await explained(), undefined);
  });

  test('is not shown where the file gives another score, and says so', async (t) => {
    const { page, features } = await folderWith(t);
    // Each source has the other one's values.
    const ids = `(${OLDER.diaSourceId}|${NEWER.diaSourceId})`;
    const swapped = readFileSync(features, 'utf8').replaceAll(new RegExp(ids, 'g'), (id) =>
      id === OLDER.diaSourceId ? NEWER.diaSourceId : OLDER.diaSourceId,
    );
    writeFileSync(features, swapped);
    const other = sectionOf(await page());
    assert.match(
      other.section,
      /<p class="none">The model and the feature file that are here give 0\.\d+, not the recorded/,
    );
    assert.deepEqual([other.first, other.section.includes('<svg')], [[], false]);
    rmSync(features);
    const { section, first } = sectionOf(await page('?errors=0'));
    assert.match(section, /<p class="none">The feature file of its stem is not there any more/);
    assert.deepEqual([first, section.includes('<svg')], [[], false]);
  });

  test('of a kind of model that is not covered shows the values alone', async (t) => {
    const { told } = await folderWith(t, 'simple');
    const { explained } = await told();
    assert.match(explained?.missing ?? '', /^No explanation for this kind of model/);
    assert.equal(explained?.explanation, null);
    assert.ok(explained?.features.every(({ contribution, value }) => contribution === null && value !== null));
  });

  test('of a model that would hold up all pages is left to lvra explain', async (t) => {
    const { told, model } = await folderWith(t);
    truncateSync(model, 10_000_001);
    const { explained } = await told();
    assert.match(
      explained?.missing ?? '',
      /^The model is too large to be explained here: its file has 10000001 bytes, at most 10000000; `lvra explain`/,
    );
    assert.ok(explained?.features.every(({ contribution }) => contribution === null));
  });

  test('takes little of the page’s weight', async (t) => {
    const { page } = await folderWith(t);
    const { section } = sectionOf(await page());
    assert.ok(gzipSync(section).length < 4_000, `${gzipSync(section).length}`);
  });
});
