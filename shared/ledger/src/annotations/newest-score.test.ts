import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newestOf } from './newest-score.js';

const score = (id: bigint, diaSourceId: bigint, midpointMjdTai: number | null = null, modelVersion = 'a1') => ({
  id,
  diaSourceId,
  midpointMjdTai,
  modelVersion,
  score: 0.5 as number | null,
});

describe('the newest score of an object', () => {
  for (const [name, scores, newest] of [
    ['of no score is undefined', [], undefined],
    ['is the one with the later source', [score(1n, 10n, 61073.2), score(2n, 20n, 61073.1)], 1n],
    ['of sources of one time is that of the greater diaSourceId', [score(1n, 20n, 61073), score(2n, 10n, 61073)], 1n],
    ['goes by diaSourceId where a time is missing', [score(1n, 20n), score(2n, 10n, 61073)], 1n],
    ['tells ids of 18 digits apart', [score(1n, 313637921267122192n), score(2n, 313637921267122191n)], 1n],
    ['of a source that was scored twice is the later one', [score(1n, 10n, 61073), score(2n, 10n, 61073)], 2n],
    ['of a source is the later one, of any version', [score(1n, 10n, 1, 'a2'), score(2n, 10n, 1, 'a1')], 2n],
  ] as const) {
    test(name, () => assert.equal(newestOf(scores)?.id, newest));
  }

  test('is not one that will never be sent, however new its source', () => {
    const sendable = score(1n, 10n, 61073.1);
    const newer = score(2n, 20n, 61073.2);
    assert.equal(newestOf([sendable, { ...newer, modelVersion: 'demo' }], 'demo')?.id, 1n);
    assert.equal(newestOf([sendable, { ...newer, score: null }], 'demo')?.id, 1n);
    assert.equal(newestOf([sendable, { ...newer, score: Number.POSITIVE_INFINITY }], 'demo')?.id, 1n);
    for (const modelVersion of [null, '', ' ', "a'1", 'a"1', 'a\\1', 'a1é', 'r0b_a1_N411_LR01p']) {
      assert.equal(newestOf([sendable, { ...newer, modelVersion }], 'demo')?.id, 1n, `version ${modelVersion}`);
    }
    assert.equal(newestOf([sendable, { ...newer, score: 1e77 }], 'demo')?.id, 1n);
    assert.equal(newestOf([{ ...newer, modelVersion: 'demo' }], 'demo'), undefined);
    assert.equal(newestOf([sendable, { ...newer, modelVersion: 'demo' }])?.id, 2n);
  });

  test('is that of any probability, however small', () => {
    for (const probability of [0, 5e-324, 3e-90, 1e-60, 1]) {
      assert.equal(newestOf([score(1n, 10n), { ...score(2n, 20n), score: probability }])?.id, 2n);
    }
  });

  test('is never one that lost before, also if times and ids contradict each other', () => {
    const scores = [score(1n, 30n, 61073.1), score(2n, 10n, 61073.2), score(3n, 20n)];
    const winners = scores.map((_, index) => newestOf(scores.slice(0, index + 1))?.id);
    assert.deepEqual(winners, [1n, 2n, 3n]);
    const lost = new Set<bigint>();
    winners.forEach((winner, index) => {
      assert.ok(!lost.has(winner!));
      for (const { id } of scores.slice(0, index + 1)) if (id !== winner) lost.add(id);
    });
  });
});
