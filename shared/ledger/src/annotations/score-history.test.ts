import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newestOf } from './newest-score.js';
import { lastScores, type PastScore } from './score-history.js';

const score = (id: bigint, diaSourceId: bigint, midpointMjdTai: number | null, modelVersion = 'a1'): PastScore => ({
  ...{ id, diaSourceId, midpointMjdTai, modelVersion, score: 0.5 },
});
const idsOf = (scores: PastScore[], most: number) =>
  lastScores(scores, newestOf(scores)!, most).map(({ id }) => Number(id));

describe('the last scores of an object', () => {
  test('go by the time of their sources, newest first', () => {
    const scores = [score(1n, 30n, 61073.1), score(2n, 20n, 61073.3), score(3n, 10n, 61073.2)];
    assert.deepEqual(idsOf(scores, 5), [2, 3, 1]);
    assert.deepEqual(idsOf(scores, 2), [2, 3]);
  });

  test('have one of each source, the one that was scored last', () => {
    const scores = [score(1n, 10n, 1), score(2n, 10n, 1, 'a2'), score(3n, 20n, 2, 'a2'), score(4n, 20n, 2)];
    assert.deepEqual(idsOf(scores, 5), [4, 2]);
  });

  test('begin with the newest, also if times and ids contradict each other', () => {
    const scores = [score(1n, 30n, 61073.1), score(2n, 10n, 61073.2), score(3n, 20n, null)];
    assert.equal(newestOf(scores)?.id, 3n);
    assert.deepEqual(idsOf(scores, 5), [3, 2, 1]);
  });
});
