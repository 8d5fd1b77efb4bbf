import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newLedger } from '../testing/ledgers.js';
import { changing } from '../testing/look-inside.js';

test('a partition is behind by what was not registered when Kafka was last asked', async (t) => {
  const ledger = await newLedger(t);
  const { positions } = ledger;
  const { seen } = positions;
  const partition = { groupId: 'g', topic: 'alerts', partition: 0 };
  await seen.see('g', ['alerts'], 'alerts', [{ partition: 0, high: 50n, next: 20n }], 1_000);
  assert.deepEqual(await seen.lags(), [{ topic: 'alerts', partition: 0, messages: 30, at: 1_000 }]);
  await changing(ledger, (tx) => positions.advance(tx, partition, 45n, 'f'));
  assert.equal((await seen.lags())[0]?.messages, 5);
  // What was read since may lie beyond what was seen.
  await changing(ledger, (tx) => positions.advance(tx, partition, 60n, 'f'));
  assert.equal((await seen.lags())[0]?.messages, 0);
});

test('markers of transactions behind the last message are no lag', async (t) => {
  const ledger = await newLedger(t);
  const { positions } = ledger;
  const partition = { groupId: 'g', topic: 'alerts', partition: 0 };
  await changing(ledger, (tx) => positions.advance(tx, partition, 45n, 'f'));
  await positions.recordEmpty(partition, 45n, 50n);
  await positions.seen.see('g', ['alerts'], 'alerts', [{ partition: 0, high: 50n, next: 45n }], 1_000);
  assert.equal((await positions.seen.lags())[0]?.messages, 0);
});

test('topics and groups that are not read any more are forgotten', async (t) => {
  const { seen } = (await newLedger(t)).positions;
  const at = { partition: 0, high: 5n, next: 0n };
  await seen.see('before', ['alerts'], 'alerts', [at], 1_000);
  await seen.see('g', ['alerts', 'old'], 'old', [at], 1_000);
  await seen.see('g', ['alerts'], 'alerts', [at], 2_000);
  assert.deepEqual(await seen.lags(), [{ topic: 'alerts', partition: 0, messages: 5, at: 2_000 }]);
});
