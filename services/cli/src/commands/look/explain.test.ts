import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { ScoredNights } from '../../testing/scored-nights.js';

const SCORED = ScoredNights.empty({ after }).then((nights) => nights.simulate(60, 20));

/** The last score of a night, which is its object's newest. */
async function lastScore(nights: ScoredNights) {
  const [row] = await nights.rows('SELECT diaObjectId, diaSourceId, score, stem FROM provenance ORDER BY ID DESC');
  const [object, source, score, stem] = row as [bigint, bigint, number, string];
  return { object: String(object), source: String(source), score, stem };
}

describe('lvra explain', () => {
  test('shows what each feature added, the strongest first, and what that makes together', async () => {
    const nights = await SCORED;
    const { object, source, score, stem } = await lastScore(nights);
    const { stdout, stderr, code } = await nights.run(['explain', object]);
    assert.deepEqual([code, stderr], [0, '']);
    const [head, compared, sum, , names, ...rows] = stdout.trimEnd().split('\n');
    assert.match(head ?? '', new RegExp(`^r0b a1: ${score.toFixed(4)}, of source ${source} in ${stem}, observed 20`));
    assert.match(compared ?? '', /^compared with 100 rows of feature files that .* has of its import$/);
    const [base, , value] = [...(sum ?? '').matchAll(/[+-]?\d+\.\d{4}/g)].map(Number) as [number, number, number];
    assert.match(names ?? '', /^feature +value +quantile +added$/);
    const added = rows.map((row) => Number(/ ([+-]\d+\.\d{4}) /.exec(row)?.[1]));
    assert.equal(added.length, 56);
    assert.deepEqual(
      added.map(Math.abs),
      added.map(Math.abs).sort((a, b) => b - a),
    );
    const total = added.reduce((all, each) => all + each, base);
    assert.ok(Math.abs(total - value) < 57 * 0.5e-4, `${total} for ${value}`);
    assert.ok(Math.abs(1 / (1 + Math.exp(-value)) - score) < 1e-4);
    assert.match(rows[0] ?? '', added[0]! > 0 ? / {14}\|#{12}$/ : / #{12}\|$/);
    assert.match(stdout, /^\w+ +missing +[\d.]+ % missing +[+-]/m);
  });

  test('gives programs all digits, ids as strings', async () => {
    const nights = await SCORED;
    const { object, source, score } = await lastScore(nights);
    const { stdout } = await nights.run(['explain', object, '--json']);
    const { diaObjectId, scores } = JSON.parse(stdout);
    assert.deepEqual([diaObjectId, scores[0].diaSourceId, scores[0].score], [object, source, score]);
    const { base, value } = scores[0].explanation;
    const total = scores[0].features.reduce(
      (all: number, each: { contribution: number }) => all + each.contribution,
      base,
    );
    assert.ok(Math.abs(total - value) < 1e-12);
  });

  test('explains the newest score of each VRA, or says why not, and of one that is asked for', async (t) => {
    const nights = await (await SCORED).copy(t);
    nights.addShadow();
    for (const ran of [await nights.backfill('r0b_next'), await nights.workOff()])
      assert.equal(ran.code, 0, ran.stderr);
    const { object, stem } = await lastScore(nights);
    const both = await nights.run(['explain', object]);
    assert.match(both.stdout, /^r0b_next b1: .*\nNo explanation for this kind of model: .*\n\nfeature /m);
    assert.match(both.stdout, /^r0b a1: .*\ncompared with /m);
    const one = await nights.run(['explain', object, '--vra', 'r0b']);
    assert.doesNotMatch(one.stdout, /r0b_next/);
    rmSync(nights.paths.features(stem));
    const pruned = await nights.run(['explain', object, '--vra', 'r0b']);
    assert.match(pruned.stdout, /^The feature file of its stem is not there any more: .*\.$/m);
    const none = await nights.run(['explain', object, '--vra', 'r0c']);
    assert.deepEqual([none.code, none.stdout], [2, '']);
    assert.match(none.stderr, /there is no score of \d+ by r0c; there are of r0b(_next)?, r0b/);
  });
});
