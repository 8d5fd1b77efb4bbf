import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newLedger } from '../testing/ledgers.js';

test('a partition is behind by what was not registered when Kafka was last asked', (t) => {
  const { positions } = newLedger(t);
  const { seen } = positions;
  const partition = { groupId: 'g', topic: 'alerts', partition: 0 };
  seen.see('g', ['alerts'], 'alerts', [{ partition: 0, high: 50n, next: 20n }], 1_000);
  assert.deepEqual(seen.lags(), [{ topic: 'alerts', partition: 0, messages: 30, at: 1_000 }]);
  positions.advance(partition, 45n, 'f');
  assert.equal(seen.lags()[0]?.messages, 5);
  // What was read since may lie beyond what was seen.
  positions.advance(partition, 60n, 'f');
  assert.equal(seen.lags()[0]?.messages, 0);
});

test('markers of transactions behind the last message are no lag', (t) => {
  const { positions } = newLedger(t);
  const partition = { groupId: 'g', topic: 'alerts', partition: 0 };
  positions.advance(partition, 45n, 'f');
  positions.recordEmpty(partition, 45n, 50n);
  positions.seen.see('g', ['alerts'], 'alerts', [{ partition: 0, high: 50n, next: 45n }], 1_000);
  assert.equal(positions.seen.lags()[0]?.messages, 0);
});

test('topics and groups that are not read any more are forgotten', (t) => {
  const { seen } = newLedger(t).positions;
  const at = { partition: 0, high: 5n, next: 0n };
  seen.see('before', ['alerts'], 'alerts', [at], 1_000);
  seen.see('g', ['alerts', 'old'], 'old', [at], 1_000);
  seen.see('g', ['alerts'], 'alerts', [at], 2_000);
  assert.deepEqual(seen.lags(), [{ topic: 'alerts', partition: 0, messages: 5, at: 2_000 }]);
});
