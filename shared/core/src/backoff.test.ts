import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from './backoff.js';

const waits = (random: number, jitter?: number) =>
  [1, 2, 3, 4, 2_000].map((failures) =>
    backoffMs({ firstMs: 10, longestMs: 60, ...(jitter !== undefined && { jitter }) }, failures, () => random),
  );

test('the wait doubles from the first to the longest, half of it at random', () => {
  assert.deepEqual(waits(0), [5, 10, 20, 30, 30]);
  assert.deepEqual(waits(1), [10, 20, 40, 60, 60]);
});

test('all of the wait can be drawn at random, or nothing', () => {
  assert.deepEqual(waits(0.1, 1), [1, 2, 4, 6, 6]);
  assert.deepEqual(waits(0.1, 0), [10, 20, 40, 60, 60]);
});
