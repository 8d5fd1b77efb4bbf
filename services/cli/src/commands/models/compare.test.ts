import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ALL_NIGHTS, ScoredNights } from '../../testing/scored-nights.js';

const SCORED = ScoredNights.empty({ after }).then((nights) => nights.simulate(60, 20));

describe('lvra model compare', () => {
  test('says what is missing, and how to have it', async () => {
    const nights = await SCORED;
    const { code, stderr } = await nights.run(['model', 'compare', 'r0b', 'a1', 'a2', ...ALL_NIGHTS]);
    assert.equal(code, 2);
    assert.match(stderr, /no source from 20260101 to 20991231 has scores of both: of r0b there are scores of a1\./);
    assert.match(stderr, /ANNOTATE: no .*makes them: lvra backfill --vra <name> --from 20260101 --to 20991231$/m);
  });

  test('refuses to compare a version with itself', async () => {
    const nights = await SCORED;
    const { code, stderr } = await nights.run(['model', 'compare', 'r0b', 'a1', 'r0b:a1', ...ALL_NIGHTS]);
    assert.deepEqual(
      [code, stderr.match(/r0b a1 twice: name two versions/)?.[0]],
      [2, 'r0b a1 twice: name two versions'],
    );
  });

  test('compares scores of a night with those of a backfill, in a table, for programs and in a picture', async (t) => {
    const nights = await (await SCORED).copy(t);
    nights.addShadow();
    for (const ran of [await nights.backfill('r0b_next'), await nights.workOff()])
      assert.equal(ran.code, 0, ran.stderr);
    const svg = join(nights.root, 'a1-b1.svg');
    const words = ['model', 'compare', 'r0b', 'a1', 'r0b_next:b1', ...ALL_NIGHTS];
    const { code, stdout, stderr } = await nights.run([...words, '--svg', svg]);
    assert.equal(code, 0, stderr);
    const [pairs] = (await nights.rows("SELECT count(*) FROM provenance WHERE model_name = 'r0b_next'"))[0] ?? [];
    assert.ok(Number(pairs) > 0);
    assert.match(
      stdout,
      new RegExp(`^r0b a1 and r0b_next b1, nights 20260101 to 20991231: ${pairs} scores of \\d+ objects$`, 'm'),
    );
    assert.match(stdout, /^0\.95 to 1\.00 +\d+ /m);
    assert.match(stdout, /^\d+ of \d+ objects cross 0\.5 by their newest score: \d+ up, \d+ down$/m);
    const nowhere = await nights.run([...words, '--svg', join(svg, 'a.svg')]);
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.stderr, /^lvra: --svg cannot be written: /);
    const picture = readFileSync(svg, 'utf8');
    for (const label of [
      'score by r0b a1',
      'score by r0b_next b1',
      'r0b_next b1 less r0b a1',
      'scores in a bin of 0.05',
    ]) {
      assert.ok(picture.includes(`>${label}<`), `${label} is not in the picture`);
    }
    assert.ok(!/NaN|undefined/.test(picture));

    const json = JSON.parse((await nights.run([...words, '--threshold', '0.9', '--json'])).stdout);
    assert.equal(json.threshold, 0.9);
    const expected = (
      await nights.rows(
        `WITH scored AS (
         SELECT *, row_number() OVER (PARTITION BY model_name, stem, diaSourceId ORDER BY ID) AS turn FROM provenance)
       SELECT avg(next.score - live.score), max(abs(next.score - live.score)) FROM scored live
       JOIN scored next USING (stem, diaSourceId, turn)
       WHERE live.model_name = 'r0b' AND next.model_name = 'r0b_next'`,
      )
    )[0] as [number, number];
    assert.ok(Math.abs(json.meanDifference - expected[0]) < 1e-12);
    assert.equal(Math.max(json.quantiles[1], -json.quantiles[0]), expected[1]);
    assert.ok(json.crossings.every((object: { diaObjectId: unknown }) => typeof object.diaObjectId === 'string'));
  });
});
