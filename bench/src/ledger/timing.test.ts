import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LedgerStages, VRA } from '@lvra/ledger/testing/ledger-stages';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { byOperation, ownMs, Stopwatch, spread, togetherOf } from './timing.js';

test('every operation of a stem is timed, and the commit of those that write is told apart', async (t) => {
  const ledger = await newLedger(t, [VRA]);
  const stopwatch = new Stopwatch(ledger);
  await new LedgerStages(ledger, 0, stopwatch.perform).run({ number: 0, alerts: 20, objects: 1 });
  const operations = byOperation(stopwatch.samples);
  assert.equal(operations.get('claim')?.length, 3);
  const [read] = operations.get('read the scores to annotate') ?? [];
  assert.equal(read?.commitMs, 0);
  for (const sample of operations.get('register a batch') ?? []) {
    assert.ok(sample.commitMs > 0 && ownMs(sample) > 0, JSON.stringify(sample));
  }
});

test('times are told by their median, 99th percentile and most, and against the limit', () => {
  const samples = Array.from({ length: 200 }, (_, i) => ({ operation: 'one', ms: i / 20, waitedMs: 0, commitMs: 0 }));
  // At 0.5, 0.99 and 1 times 199: 99.5, 197.01 and 199 twentieths.
  assert.equal(spread(samples.map(({ ms }) => ms)), '5.0, 9.9, 9.9');
  assert.equal(togetherOf(samples), '200 together: 99 of 100 within 9.9 ms, 50.0 of 100 within 5 ms');
});
