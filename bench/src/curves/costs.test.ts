import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeBatches } from './costs.js';

test('what is sent fills batches to the last alert, in pieces of 25', () => {
  for (const size of [10, 30, 100, 300, 1_000, 3_000, 10_000]) {
    const alerts = wholeBatches(size, 1_000);
    assert.equal(alerts % size, 0, `${size}`);
    assert.equal(alerts % 25, 0, `${size}`);
    assert.ok(alerts <= Math.max(1_000, size) && alerts > Math.max(1_000, size) / 2, `${alerts} of ${size}`);
  }
});
