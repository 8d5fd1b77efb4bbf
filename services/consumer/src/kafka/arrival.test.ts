import assert from 'node:assert/strict';
import { test } from 'node:test';
import { believableArrival } from './arrival.js';

test('the time of a message counts if it can be, and is unknown if a producer’s clock was wrong', () => {
  const right = Date.UTC(2026, 10, 27);
  assert.equal(believableArrival(right), right);
  for (const wrong of [1, Date.UTC(1970, 5, 1), Date.UTC(2000, 0, 1), Number.NaN]) {
    assert.ok(Number.isNaN(believableArrival(wrong)), String(wrong));
  }
});
