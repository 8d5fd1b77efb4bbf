import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STAGES } from '@lvra/core';
import { addStem, newLedger } from '@lvra/ledger/testing/ledgers';
import { changing } from '@lvra/ledger/testing/look-inside';
import type { Look } from '../../open-ledger.js';
import { tonight } from './tonight.js';

/** 04:15 on the first of March: the night began at noon of the day before. */
const NOW = Date.UTC(2026, 2, 1, 4, 15);
const PAUSE_MS = 60_000;

test('tonight is told in numbers: what came, what waits, what failed, what is paused and what is left of the budget', async (t) => {
  const ledger = await newLedger(t, ['r0b', 'other']);
  const look = {
    ...{ ledger, vras: ['r0b', 'other'], settings: { annotateCallsPerHour: 2 } },
    stages: ['r0b', 'other'].flatMap((vra) => STAGES.map((stage) => [stage, vra] as const)),
  } as unknown as Look;
  const nothing = await tonight(look, undefined, NOW);
  assert.deepEqual(
    [nothing.night, nothing.began, nothing.lastAlertAt, nothing.alerts, nothing.unread, nothing.quarantined],
    ['20260301', '2026-02-28T12:00:00.000Z', null, 0, null, 0],
  );
  const idle = { waiting: 0, dead: 0, failed: [], pausedUntil: null, pausedBecause: null };
  assert.deepEqual(nothing.vras[1], {
    ...{ vra: 'other', scored: 0, taken: 0, takenLate: 0, oldestWaiting: null, late: 0 },
    stages: STAGES.map((stage) => ({ stage, ...idle })),
  });

  const stem = await ledger.batches.reserveStem('me', new Date(NOW - 120_000));
  await ledger.batches.register({
    ...{
      stem,
      vras: ['r0b'],
      source: 'kafka',
      groupId: 'g',
      ranges: [],
      quarantined: [],
      bytes: 7,
      now: NOW - 100_000,
    },
    ...{ diaObjectIds: [1n, 2n, 3n], receivedMs: new Float64Array(3).fill(NOW - 130_000) },
  });
  const work = ledger.work('feature', 'r0b');
  await work.claim(stem, 'me', NOW - 90_000, 30_000);
  await work.fail(stem, 'me', { status: 99, message: 'a fault', dueAt: NOW + 1, now: NOW - 80_000, durationMs: 1 });
  await ledger.work('annotate', 'r0b').pause({ now: NOW - 1_000, ms: PAUSE_MS }, 'Lasair asked to (429)');
  await ledger.positions.seen.see('g', ['t'], 't', [{ partition: 0, high: 12n, next: 5n }], NOW - 3_000);
  for (const _ of [1, 2]) await changing(ledger, (tx) => ledger.annotations.calls.count(tx, NOW - 60_000, 50));

  const found = await tonight(look, 'r0b', NOW);
  assert.deepEqual(
    [found.lastAlertAt, found.alerts, found.unread, found.vras.length],
    ['2026-03-01T04:13:20.000Z', 3, { messages: 7, asOf: '2026-03-01T04:14:57.000Z' }, 1],
  );
  assert.deepEqual(found.vras[0], {
    ...{ vra: 'r0b', scored: 0, taken: 0, takenLate: 0, oldestWaiting: '2026-03-01T04:12:50.000Z', late: 3 },
    stages: [
      {
        ...idle,
        ...{ stage: 'feature', waiting: 1 },
        failed: [{ status: 99, meaning: 'generic error', stems: 1, oldest: stem }],
      },
      { stage: 'predict', ...idle },
      {
        ...{ ...idle, stage: 'annotate', pausedBecause: 'Lasair asked to (429)' },
        pausedUntil: new Date(NOW - 1_000 + PAUSE_MS).toISOString(),
      },
    ],
  });
  assert.deepEqual(found.calls, {
    ...{ perHour: 2, left: 0, annotationsPerHour: 6_000 },
    nextAt: '2026-03-01T05:15:00.000Z',
  });

  // The Python pipeline goes on with the same ledger.
  await addStem(ledger, '20260301_041400', 0, 0, 0);
  const goneOn = await tonight(look, 'r0b', NOW);
  assert.equal(goneOn.lastAlertAt, '2026-03-01T04:14:00.000Z');
  const { scored, taken, takenLate, late } = goneOn.vras[0]!;
  assert.deepEqual([goneOn.alerts, scored, taken, takenLate, late], [null, null, null, null, null]);
});
