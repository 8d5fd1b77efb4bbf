import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QuarantineReason } from '@lvra/core';
import type { QuarantinedAlert, QuarantineEntry } from '../quarantine.js';
import { newLedger } from '../testing/ledgers.js';
import { changing } from '../testing/look-inside.js';

const STEM = '20260301_000001';

test('the quarantine is read a page at a time, newest first, by stage and reason, and counted', async (t) => {
  const ledger = await newLedger(t);
  const { quarantine, quarantinePages: pages } = ledger;
  const aside = (position: number, stage: QuarantineEntry['stage'], reason: QuarantineReason, stem = STEM) => ({
    ...{ stem, stage, position, reason, detail: 'x', path: `quarantine/${position}`, bytes: 1, at: 0 },
  });
  const entries = [
    aside(0, 'consumer', 'not_json'),
    aside(1, 'feature', 'not_json'),
    aside(2, 'feature', 'not_json', '20260301_000002'),
    aside(3, 'feature', 'no_sources'),
    aside(4, 'consumer', 'not_json'),
  ];
  for (const entry of entries) await changing(ledger, (tx) => quarantine.add(tx, [entry]));
  const positions = (alerts: readonly QuarantinedAlert[]) => alerts.map(({ position }) => position);
  const first = await pages.newest({ all: false }, 3);
  assert.deepEqual(positions(first), [4, 3, 2]);
  const before = first.at(-1)?.id;
  assert.deepEqual(positions(await pages.newest({ all: false, before }, 3)), [1, 0]);
  assert.deepEqual(positions(await pages.newest({ all: false, stage: 'feature', reason: 'not_json' }, 9)), [2, 1]);
  assert.deepEqual(positions(await pages.ofStem(STEM, 3)), [0, 4, 1]);

  await quarantine.markReplayed(first[0]!.id, '20260302_000000');
  assert.deepEqual(positions(await pages.newest({ all: false }, 1)), [3]);
  assert.deepEqual(positions(await pages.newest({ all: true }, 1)), [4]);
  assert.deepEqual(await pages.counts(9), [
    { stage: 'feature', reason: 'not_json', alerts: 2 },
    { stage: 'consumer', reason: 'not_json', alerts: 1 },
    { stage: 'feature', reason: 'no_sources', alerts: 1 },
  ]);
  assert.deepEqual(await pages.counts(1), [{ stage: 'feature', reason: 'no_sources', alerts: 1 }]);
});
