import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median } from './statistics.js';

test('the median is the middle value, or between the two', () => {
  assert.equal(median([3, 1, 20]), 3);
  assert.equal(median([4, 1, 20, 2]), 3);
  assert.throws(() => median([]), RangeError);
});
