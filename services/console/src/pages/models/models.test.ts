import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { changing, execute } from '@lvra/ledger/testing/look-inside';
import { ModelFolder } from '@lvra/model/testing/model-folder';
import { testConsole } from '../../testing/console.js';
import { MODEL_ANSWER, MODELS_ANSWER } from './answers.js';

const STEM = '20260422_041502';
const TENTHS = Array.from({ length: 11 }, (_, at) => at / 10);
const OBJECT = 313637921267122191n;

/** A console of a night in which two versions scored the same 300 sources: an object each, the second 0.3 higher at one. */
async function ofTwoVersions(t: TestContext, manifest: Record<string, unknown> = {}) {
  const ledger = await newLedger(t, ['r0b']);
  const models = new ModelFolder(t);
  models.put('simple', 'a1', { scores: { edges: TENTHS, shares: Array(10).fill(0.1) }, ...manifest });
  await execute(ledger, `INSERT INTO feature_making (stem, r0b) VALUES ('${STEM}', 1)`);
  const first = Array.from({ length: 300 }, (_, at) => (at + 0.5) / 300);
  const second = first.map((score, at) => (at === 100 ? score + 0.3 : score));
  for (const [version, scores] of [
    ['a1', first],
    ['a2', second],
  ] as const) {
    const rows = scores.map((score, at) => `(${OBJECT + BigInt(at)}, ${at}, '${STEM}', ${score}, 'r0b', '${version}')`);
    await execute(
      ledger,
      `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES ${rows.join()}`,
    );
    await changing(ledger, (tx) => ledger.scoreCounts.add(tx, { name: 'r0b', version }, STEM, scores, TENTHS));
  }
  const console = testConsole({
    LVRA_DATA_ROOT: dirname(dirname(ledger.name)),
    LVRA_R0B_MODEL_PATH: models.file('a1'),
    LVRA_R0B_MODEL_VERSION: 'a1',
    LVRA_R0B_LOWEST_SCORE: '0.5',
  });
  t.after(() => console.close());
  return { ...console, ledger, models };
}

describe('the pages of models', () => {
  test('show how good each version is by the labels that people gave', async (t) => {
    const { text, json, ledger } = await ofTwoVersions(t);
    assert.match(await text('/models/r0b'), /No object with such a label has a score/);
    // By a1 the scores are 0.335 (bogus; by a2 0.635), 0.5017 and 0.835 (real), and 0.9017 (bogus).
    const labels = { 100: 'bogus', 150: 'real', 250: 'real', 270: 'bogus', 280: 'star', 999: 'real' };
    await ledger.labels.add(
      Object.entries(labels).map(([at, label]) => ({ diaObjectId: OBJECT + BigInt(at), label, who: 'ada', at: 1_000 })),
    );
    const { quality } = MODEL_ANSWER.parse(await json('/api/v1/models/r0b?purity=0.6'));
    assert.deepEqual(
      quality.map(({ version, positive, negative, unscored, otherLabels, atThreshold, atPurity }) => [
        ...[version, positive, negative, unscored, otherLabels],
        ...[atThreshold.threshold, atThreshold.purity, atThreshold.completeness, atPurity?.threshold],
      ]),
      [
        ['a1', 2, 2, 1, 1, 0.5, 2 / 3, 1, 150.5 / 300],
        ['a2', 2, 2, 1, 1, 0.5, 1 / 2, 1, undefined],
      ],
    );
    const page = await text('/models/r0b?purity=0.6');
    assert.match(page, /<th scope="row">a1<\/th>/);
    assert.match(page, />0\.6667</);
    assert.ok(page.includes(`>${150.5 / 300}<`), 'with all digits');
    assert.match(page, />none</);
  });

  test('say how a model was imported, whatever number of features its manifest has the spread of', async (t) => {
    const quantiles = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`feature${at}`, [0, 1]]));
    const { json } = await ofTwoVersions(t, { spread: { levels: [0, 1], quantiles }, joblib: { file: 'r0b.joblib' } });
    const { manifest } = MODEL_ANSWER.parse(await json('/api/v1/models/r0b'));
    assert.ok(manifest?.facts.some(({ name, value }) => name === 'joblib file' && value === 'r0b.joblib'));
    assert.ok(!manifest?.facts.some(({ name }) => name.startsWith('spread')));
  });

  test('show the versions, which one is in use, and how steady its scores are', async (t) => {
    const { text, json } = await ofTwoVersions(t);
    const page = await text('/models');
    assert.match(page, /<a href="\/models\/r0b\?version=a1"[^>]*>a1<\/a>/);
    assert.match(page, /in use/);
    assert.match(page, /stable <span class="number">0\.000<\/span>/);
    const { vras } = MODELS_ANSWER.parse(await json('/api/v1/models'));
    assert.deepEqual(
      vras[0]?.versions.map(({ version, isInUse, file, scores }) => [version, isInUse, file, scores]),
      [
        ['a1', true, 'r0b_a1.onnx', 300],
        ['a2', false, null, 300],
      ],
    );
    assert.ok(Math.abs(vras[0]?.newest?.psi ?? 1) < 1e-12);
  });

  test('compare two versions, and link to the objects at which they differ most', async (t) => {
    const { text, json } = await ofTwoVersions(t);
    const page = await text('/models/r0b?against=a2');
    assert.match(page, new RegExp(`<a class="id" href="/objects/${OBJECT + 100n}">`));
    assert.match(page, /▲ up/);
    assert.match(page, /<option value="a2" selected="">/);
    const { comparison } = MODEL_ANSWER.parse(await json('/api/v1/models/r0b?against=a2'));
    const { pairs, crossings, widest, isLimited } = comparison?.scores ?? assert.fail('nothing compared');
    assert.deepEqual([pairs, crossings, isLimited], [300, { up: 1, down: 0 }, false]);
    assert.deepEqual([comparison?.from, comparison?.threshold], ['20260422', 0.5]);
    assert.equal(widest[0]?.diaObjectId, String(OBJECT + 100n));
  });

  test('say why there is nothing to compare', async (t) => {
    const { text } = await ofTwoVersions(t);
    assert.match(await text('/models/r0b?against=a1'), /It is the same version twice/);
    assert.match(await text('/models/r0b?against=a9'), /In no night both of them have scored/);
    const other = await text('/models/r0b?against=a2&from=20260101&to=20260102');
    assert.match(other, /no source from 20260101 to 20260102 has scores of both/);
  });

  test('refuse what is not there, and what is wrong', async (t) => {
    const { ask } = await ofTwoVersions(t);
    const answers: [string, number, RegExp][] = [
      ['/models/agn', 404, /there is no VRA agn/],
      ['/models/r0b?version=b9', 404, /no model and no score of r0b b9/],
      ['/models/r0b?against=a2&from=20260230', 400, /from: is not a night/],
      ['/models/r0b?against=a2&from=20260423&to=20260422', 400, /from: is after the last night/],
      ['/models/r0b?against=a2&threshold=2', 400, /threshold: is not a number from 0 to 1/],
      ['/models/..%2f..%2fetc', 400, /vra: is not a VRA/],
    ];
    for (const [path, status, detail] of answers) {
      const response = await ask(path);
      assert.equal(response.status, status, path);
      assert.match(await response.text(), detail);
    }
  });

  test('say in words that no model file is to be seen, and show what the ledger has', async (t) => {
    const { text, models } = await ofTwoVersions(t);
    models.remove();
    const page = await text('/models/r0b');
    assert.match(page, /is not among the files that the console sees/);
    assert.match(page, /there is no model in .*as seen from here/);
    assert.match(page, />20260422<\/th><td>.*300/);
  });

  test('let nothing that a manifest or a version says become part of the page', async (t) => {
    const hostile = '"><img src=x onerror=alert(1)><script>alert(1)</script>';
    const training = { [hostile]: hostile, deep: { list: [{ [hostile]: 1 }] } };
    const { text, ledger } = await ofTwoVersions(t, { training, description: hostile });
    const named = { name: 'r0b', version: hostile };
    await changing(ledger, (tx) => ledger.scoreCounts.add(tx, named, STEM, [0.5], TENTHS));
    for (const path of ['/models', '/models/r0b', `/models/r0b?against=${encodeURIComponent(hostile)}`]) {
      const page = await text(path);
      assert.ok(page.includes('&lt;script&gt;'), path);
      assert.doesNotMatch(page, /<img|<script>/);
    }
  });
});
