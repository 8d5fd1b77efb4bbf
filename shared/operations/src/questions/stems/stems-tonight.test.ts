import assert from 'node:assert/strict';
import { beforeEach, describe, type TestContext, test } from 'node:test';
import { STAGES } from '@lvra/core';
import type { Ledger, QuarantineEntry } from '@lvra/ledger';
import { makePythonLedger, newLedger, newPlace, openLedger, statusRows } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import type { Look } from '../../open-ledger.js';
import { recentStems } from './stems-tonight.js';

/** 04:15:00 on the first of March. */
const NOW = Date.UTC(2026, 2, 1, 4, 15);
const LEASE_MS = 30_000;

describe('the stems of the night', () => {
  let ledger: Ledger;

  beforeEach(async (t) => {
    ledger = await newLedger(t as TestContext, ['r0b', 'other']);
  });

  const lookWith = (vras: readonly string[]): Look => ({
    ...({ settings: {}, paths: {} } as Pick<Look, 'settings' | 'paths'>),
    ...{ ledger, vras, stages: vras.flatMap((vra) => STAGES.map((stage) => [stage, vra] as const)) },
  });

  /** A batch of three alerts that Kafka had two seconds before. */
  const register = async (instant: number, vras: readonly string[], quarantined: readonly QuarantineEntry[] = []) => {
    const stem = await ledger.batches.reserveStem('me', new Date(instant));
    await ledger.batches.register({
      ...{ stem, vras, source: 'kafka', groupId: 'g', ranges: [], quarantined, bytes: 7, now: instant + 500 },
      ...{ diaObjectIds: [1n, 2n, 3n], receivedMs: new Float64Array(3).fill(instant - 2_000), durationMs: 30 },
    });
    return stem;
  };

  const claim = (stage: (typeof STAGES)[number], stem: string, now: number) =>
    ledger.work(stage, 'r0b').claim(stem, 'me', now, LEASE_MS);

  test('show how each stage stands, and why', async () => {
    const stem = await register(NOW, ['r0b']);
    const progress = async (now: number) => {
      const { stems } = await recentStems(lookWith(['r0b', 'other']), {}, 50, now);
      return stems[0]!.stages.map(({ progress }) => progress);
    };
    const never = ['none', 'none', 'none'];
    assert.deepEqual(await progress(NOW), ['waiting', 'later', 'later', ...never]);
    await claim('feature', stem, NOW);
    assert.deepEqual(await progress(NOW + 1), ['active', 'later', 'later', ...never]);
    assert.deepEqual(await progress(NOW + LEASE_MS + 1), ['waiting', 'later', 'later', ...never]);
    const work = ledger.work('feature', 'r0b');
    await ledger.results.recordFeatures(work, stem, [], [], {
      status: -1,
      now: NOW + 900,
      durationMs: 12,
      detail: 'one aside',
    });
    await claim('predict', stem, NOW);
    const failure = { status: 31, message: '31 columns are missing', now: NOW + 950, durationMs: 5 } as const;
    await ledger.work('predict', 'r0b').fail(stem, 'me', { ...failure, dueAt: NOW + 38_000 });
    const { stems } = await recentStems(lookWith(['r0b']), {}, 50, NOW + 1_000);
    const [row] = stems;
    assert.deepEqual(row?.stages.slice(0, 2), [
      {
        ...{ stage: 'feature', vra: 'r0b', progress: 'partial', status: -1, meaning: 'partial', ms: 12, attempts: 1 },
        ...{ detail: 'one aside', nextAttempt: null },
      },
      {
        ...{ stage: 'predict', vra: 'r0b', progress: 'failed', status: 31, meaning: 'columns missing in the input' },
        ...{ ms: null, attempts: 1, detail: '31 columns are missing', nextAttempt: '2026-03-01T04:15:38.000Z' },
      },
    ]);
    assert.deepEqual([row?.tookMs, row?.oldestTookMs, row?.alerts, row?.consumerMs], [null, null, 3, 30]);
    await claim('predict', stem, NOW + 40_000);
    await ledger.work('predict', 'r0b').fail(stem, 'me', { ...failure, dueAt: undefined });
    assert.deepEqual((await progress(NOW)).slice(0, 3), ['partial', 'dead', 'later']);
  });

  test('say how long a stem took once its last stage is done, from its oldest alert too', async () => {
    const stem = await register(NOW, ['r0b']);
    for (const [at, stage] of STAGES.entries()) {
      await claim(stage, stem, NOW);
      const done = { status: 1, rows: 3, now: NOW + 600 + 100 * at, durationMs: 50 } as const;
      await ledger.results.completeWithExistingFeatures(ledger.work(stage, 'r0b'), stem, done);
    }
    const ofBoth = await recentStems(lookWith(['r0b', 'other']), {}, 50, NOW);
    assert.deepEqual([ofBoth.stems[0]?.tookMs, ofBoth.stems[0]?.oldestTookMs], [300, 2_800]);
    const ofOther = await recentStems(lookWith(['r0b', 'other']), { vra: 'other' }, 50, NOW);
    assert.deepEqual(
      ofOther.stems[0]?.stages.map(({ vra }) => vra),
      ['other', 'other', 'other'],
    );
    assert.equal(ofOther.stems[0]?.tookMs, null);
  });

  test('come a page at a time', async () => {
    const stems = [];
    for (const second of [1, 2, 3]) stems.unshift(await register(NOW + 1_000 * second, ['r0b']));
    const first = await recentStems(lookWith(['r0b']), {}, 2, NOW);
    const second = await recentStems(lookWith(['r0b']), { before: first.next! }, 2, NOW);
    assert.deepEqual(
      [...first.stems, ...second.stems].map(({ stem }) => stem),
      stems,
    );
    assert.deepEqual([first.next, second.next], [stems[1], null]);
  });
});

test('stems of the Python pipeline have their statuses, and nothing that it does not record', async (t) => {
  const place = newPlace(t);
  makePythonLedger(place, statusRows('20260301_000001', 1, 31, 0));
  const ledger = await openLedger(t, place, ['r0b'], { create: false });
  await execute(ledger, "UPDATE annotating SET r0b = 'odd'");
  const look = { ledger, vras: ['r0b'], stages: STAGES.map((stage) => [stage, 'r0b'] as const) };
  const { stems } = await recentStems(look as unknown as Look, {}, 50, NOW);
  const [row] = stems;
  const none = { ms: null, attempts: 0, detail: null, nextAttempt: null, vra: 'r0b' };
  assert.deepEqual(row, {
    ...{ stem: '20260301_000001', registeredAt: null, alerts: null, quarantined: 0, consumerMs: null },
    stages: [
      { ...none, stage: 'feature', progress: 'done', status: 1, meaning: 'done' },
      { ...none, stage: 'predict', progress: 'failed', status: 31, meaning: 'columns missing in the input' },
      { ...none, stage: 'annotate', progress: 'failed', status: null, meaning: 'no number in the ledger' },
    ],
    ...{ tookMs: null, oldestTookMs: null },
  });
});
