import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addStem, newLedger } from '@lvra/shared/testing/ledgers';
import { Progress } from './progress.js';

test('what was done before the backlog is not counted, nor a stem that a stage has failed', (t) => {
  const ledger = newLedger(t);
  addStem(ledger, '20260301_000001', 1, 1, 1);
  const progress = new Progress(ledger);
  assert.ok(progress.isIdle());
  addStem(ledger, '20260301_000002', 1, -1, 0);
  addStem(ledger, '20260301_000003', 31, 0, 0);
  const done = (['consumer', 'feature', 'predict', 'annotate'] as const).map((stage) => progress.of(stage));
  assert.deepEqual(done, [2, 1, 1, 0]);
  assert.ok(!progress.isIdle());
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
  assert.equal(new Progress(ledger).lastDoneMs('feature'), 5_000);
});
