import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ledger } from '@lvra/shared/ledger/ledger';
import { addStem, newLedger } from '@lvra/shared/testing/ledgers';
import { GROUP, TOPIC } from '../scenarios/pipeline-world.js';
import { isThrough, lastDoneMs } from './progress.js';

function register(ledger: Ledger, partition: number, first: bigint, next: bigint): void {
  ledger.batches.register({
    ...{ stem: ledger.batches.reserveStem('test', new Date('2026-03-01T00:00:00Z')), vras: ['r0b'], source: 'kafka' },
    ...{
      diaObjectIds: [1n],
      bytes: 1,
      receivedMs: Float64Array.of(Number.NaN),
      groupId: GROUP,
      quarantined: [],
      now: 1,
    },
    ranges: [{ topic: TOPIC, partition, first, next, fingerprint: '' }],
  });
}

test('the consumer is through when the partitions are registered to the last alert, the others when no stem is left', (t) => {
  const ledger = newLedger(t);
  register(ledger, 0, 0n, 250n);
  register(ledger, 3, 0n, 200n);
  assert.ok(!isThrough(ledger, 'consumer', 500));
  register(ledger, 3, 200n, 250n);
  assert.ok(isThrough(ledger, 'consumer', 500));
  assert.ok(!isThrough(ledger, 'annotate', 500));
  ledger.database.prepare('UPDATE annotating SET r0b = 1').run();
  assert.ok(isThrough(ledger, 'annotate', 500));
  assert.ok(!isThrough(ledger, 'annotate', 525), 'what is not registered has no row');
});

test('a stage was through when it had done its last stem, whatever the name of that stem', (t) => {
  const ledger = newLedger(t);
  const done = (stem: string, stage: 'feature' | 'predict', at: number) => {
    ledger.events.append({ stem, stage, vra: 'r0b', at, status: 1, rows: 250 });
  };
  for (const stem of ['20260301_000001', '20260301_000002']) addStem(ledger, stem, 1, 1, 0);
  done('20260301_000001', 'feature', 5_000);
  done('20260301_000002', 'feature', 4_000);
  done('20260301_000002', 'predict', 9_000);
  assert.equal(lastDoneMs(ledger, 'feature'), 5_000);
});
