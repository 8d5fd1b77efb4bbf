import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, percentile } from './statistics.js';

test('the median is the middle value, or between the two', () => {
  assert.equal(median([3, 1, 20]), 3);
  assert.equal(median([4, 1, 20, 2]), 3);
  assert.throws(() => median([]), RangeError);
});

test('a percentile is a value that was seen', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.equal(percentile(hundred, 0.99), 99);
  assert.equal(percentile(Float64Array.from(hundred), 0.5), 50);
  assert.equal(percentile(hundred, 1), 100);
  assert.equal(percentile([1, 2, 3], 0.99), 3);
  assert.equal(percentile([7], 0.01), 7);
  assert.throws(() => percentile([], 0.5), RangeError);
});
