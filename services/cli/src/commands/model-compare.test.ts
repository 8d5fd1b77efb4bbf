import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ALL_NIGHTS, ScoredNights } from '../testing/scored-nights.js';

const SCORED = ScoredNights.empty({ after }).then((nights) => nights.simulate(60, 20));

describe('lvra model compare', () => {
  test('says what is missing, and how to have it', async () => {
    const nights = await SCORED;
    const { code, stderr } = await nights.run(['model', 'compare', 'r0b', 'a1', 'a2', ...ALL_NIGHTS]);
    assert.equal(code, 2);
    assert.match(stderr, /no source from 20260101 to 20991231 has scores of both: of r0b there are scores of a1\./);
    assert.match(stderr, /lvra replay --stage predict --vra r0b --from 20260101 --to 20991231 --model a2 makes them/);
  });

  test('refuses to compare a version with itself', async () => {
    const nights = await SCORED;
    const { code, stderr } = await nights.run(['model', 'compare', 'r0b', 'a1', 'r0b:a1', ...ALL_NIGHTS]);
    assert.deepEqual(
      [code, stderr.match(/r0b a1 twice: name two versions/)?.[0]],
      [2, 'r0b a1 twice: name two versions'],
    );
  });

  test('compares live with replayed scores, in a table, for programs and in a picture', async (t) => {
    const nights = await (await SCORED).copy(t);
    const replayed = await nights.replay('predict', '--model', 'a2');
    assert.equal(replayed.code, 0, replayed.stderr);
    const svg = join(nights.root, 'a1-a2.svg');
    const words = ['model', 'compare', 'r0b', 'a1', 'a2', ...ALL_NIGHTS];
    const { code, stdout, stderr } = await nights.run([...words, '--svg', svg]);
    assert.equal(code, 0, stderr);
    const [pairs] = nights.rows('SELECT count(*) FROM (SELECT DISTINCT stem, diaSourceId FROM provenance)')[0] ?? [];
    assert.match(
      stdout,
      new RegExp(`^r0b a1 and r0b a2, nights 20260101 to 20991231: ${pairs} scores of \\d+ objects$`, 'm'),
    );
    assert.match(stdout, /^0\.95 to 1\.00 +\d+ /m);
    assert.match(stdout, /^\d+ of \d+ objects cross 0\.5 by their newest score: \d+ up, \d+ down$/m);
    const picture = readFileSync(svg, 'utf8');
    for (const label of ['score by r0b a1', 'score by r0b a2', 'r0b a2 less r0b a1', 'scores in a bin of 0.05']) {
      assert.ok(picture.includes(`>${label}<`), `${label} is not in the picture`);
    }
    assert.ok(!/NaN|undefined/.test(picture));

    const json = JSON.parse((await nights.run([...words, '--threshold', '0.9', '--json'])).stdout);
    assert.equal(json.threshold, 0.9);
    const expected = nights.rows(
      `SELECT avg(second - first), max(abs(second - first)) FROM (
         SELECT DISTINCT p.stem, p.diaSourceId, p.score AS first, r.score AS second FROM provenance p
         JOIN replayed_stem s ON s.stem = p.stem
         JOIN replayed_score r ON r.stem_ID = s.ID AND r.diaSourceId = p.diaSourceId)`,
    )[0] as [number, number];
    assert.ok(Math.abs(json.meanDifference - expected[0]) < 1e-12);
    assert.equal(Math.max(json.quantiles[1], -json.quantiles[0]), expected[1]);
    assert.ok(json.crossings.every((object: { diaObjectId: unknown }) => typeof object.diaObjectId === 'string'));
  });

  test('compares the scores of two VRAs', async (t) => {
    const nights = await (await SCORED).copy(t);
    nights.look(({ database }) =>
      database.exec(
        `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
         SELECT diaObjectId, diaSourceId, stem, score, 'r0b_next', 'b1' FROM provenance`,
      ),
    );
    const { code, stdout } = await nights.run(['model', 'compare', 'r0b', 'a1', 'r0b_next:b1', ...ALL_NIGHTS]);
    assert.equal(code, 0);
    assert.match(stdout, /^r0b_next b1 less r0b a1: mean 0\.0000; without sign, mean 0\.0000 and greatest 0\.0000$/m);
    assert.match(stdout, /^0 of \d+ objects cross 0\.5/m);
  });
});
