import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantile } from './quantile.js';

test('quantiles lie between neighbours in proportion', () => {
  const sorted = Float64Array.from([0, 1, 2, 10]);
  assert.deepEqual(
    [0, 0.5, 1].map((share) => quantile(sorted, share)),
    [0, 1.5, 10],
  );
  assert.equal(quantile(Float64Array.of(3), 0.99), 3);
});

test('there is no quantile of no values', () => {
  assert.throws(() => quantile([], 0.5), RangeError);
});
