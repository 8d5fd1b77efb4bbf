import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nightBegan } from '@lvra/core';
import type { Ledger } from '../ledger.js';
import { addStem, newLedger } from '../testing/ledgers.js';
import { execute } from '../testing/look-inside.js';

const NOW = Date.UTC(2026, 2, 2, 1, 0, 0);
const SECOND = 1_000;

/** Registers a stem whose alerts Kafka had at these times; it is open in all stages. */
async function register(
  ledger: Ledger,
  stem: string,
  registeredAt: number,
  receivedMs: readonly number[],
): Promise<void> {
  await execute(ledger, "INSERT INTO batch (stem, consumer, reserved_at) VALUES (?, 'me', 0)", stem);
  await ledger.batches.register({
    stem,
    vras: ['r0b'],
    source: 'kafka',
    diaObjectIds: receivedMs.map((_, n) => BigInt(n)),
    bytes: 1,
    receivedMs: Float64Array.from(receivedMs),
    groupId: 'g',
    ranges: [],
    quarantined: [],
    now: registeredAt,
  });
}

const done = (ledger: Ledger, table: string, stem: string) =>
  execute(ledger, `UPDATE ${table} SET r0b = 1 WHERE stem = ?`, stem);

describe('what waits', () => {
  test('waits since its alerts were registered, for the stage whose turn it is', async (t) => {
    const ledger = await newLedger(t);
    await register(ledger, '20260302_005900', NOW - 50 * SECOND, [NOW - 55 * SECOND]);
    await register(ledger, '20260302_005910', NOW - 40 * SECOND, [NOW - 45 * SECOND]);
    await done(ledger, 'feature_making', '20260302_005900');
    assert.deepEqual(await ledger.flow.waiting('feature', 'r0b'), { stems: 1, oldest: NOW - 40 * SECOND, dead: 0 });
    assert.deepEqual(await ledger.flow.waiting('predict', 'r0b'), { stems: 1, oldest: NOW - 50 * SECOND, dead: 0 });
    assert.deepEqual(await ledger.flow.waiting('annotate', 'r0b'), { stems: 0, oldest: undefined, dead: 0 });
  });

  test('waits since the second of its name if the Python pipeline registered it', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, '20260302_005500', 0, 0, 0);
    const since = NOW - 300 * SECOND;
    assert.equal((await ledger.flow.waiting('feature', 'r0b')).oldest, since);
    assert.deepEqual(await ledger.flow.unannotated('r0b', NOW), { oldest: since, late: 0 });
  });

  test('is late alert by alert a minute after Kafka received it, in any stage', async (t) => {
    const ledger = await newLedger(t);
    const { flow } = ledger;
    assert.deepEqual(await flow.unannotated('r0b', NOW), { oldest: undefined, late: 0 });
    // Read from Kafka late; one of the alerts has no time.
    const received = [NOW - 90 * SECOND, NOW - 61 * SECOND, NOW - 20 * SECOND, Number.NaN];
    await register(ledger, '20260302_005950', NOW - 10 * SECOND, received);
    assert.deepEqual(await flow.unannotated('r0b', NOW), { oldest: NOW - 90 * SECOND, late: 2 });
    // All that was registered a minute ago is late, also what is in another stage already.
    await register(ledger, '20260302_005800', NOW - 120 * SECOND, [NOW - 121 * SECOND, NOW - 122 * SECOND, Number.NaN]);
    await done(ledger, 'feature_making', '20260302_005800');
    assert.deepEqual(await flow.unannotated('r0b', NOW), { oldest: NOW - 122 * SECOND, late: 5 });
    await done(ledger, 'annotating', '20260302_005800');
    assert.deepEqual(await flow.unannotated('r0b', NOW), { oldest: NOW - 90 * SECOND, late: 2 });
  });

  test('is not what a stage has given up on, nor what is not meant for the VRA', async (t) => {
    const ledger = await newLedger(t);
    await register(ledger, '20260302_005800', NOW - 120 * SECOND, [NOW - 121 * SECOND]);
    await register(ledger, '20260302_005810', NOW - 110 * SECOND, [NOW - 111 * SECOND]);
    const work = ledger.work('feature', 'r0b');
    await work.claim('20260302_005800', 'me', NOW, 1_000);
    const failure = { status: 99, message: 'a fault', dueAt: undefined, now: NOW, durationMs: 1 } as const;
    await work.fail('20260302_005800', 'me', failure);
    await ledger.work('annotate', 'r0b').excludeStem('20260302_005810', NOW, 'not wanted');
    assert.deepEqual(await ledger.flow.unannotated('r0b', NOW), { oldest: undefined, late: 0 });
    assert.deepEqual(await ledger.flow.waiting('feature', 'r0b'), { stems: 1, oldest: NOW - 110 * SECOND, dead: 1 });
  });
});

describe('what came and went', () => {
  test('a night goes from noon to noon', () => {
    const noon = Date.UTC(2026, 2, 1, 12);
    assert.deepEqual([NOW, noon, noon - 1].map(nightBegan), [noon, noon, noon - 86_400_000]);
  });

  test('alerts count from an instant on, and the newest batch is known', async (t) => {
    const ledger = await newLedger(t);
    assert.deepEqual([await ledger.flow.alertsSince(0), await ledger.flow.lastRegistered()], [0, undefined]);
    await register(ledger, '20260301_115950', nightBegan(NOW) - 1, [NOW]);
    await register(ledger, '20260301_120000', nightBegan(NOW), [NOW, NOW]);
    // Not complete yet.
    await execute(ledger, "INSERT INTO batch (stem, consumer, reserved_at) VALUES ('20260301_120010', 'me', 0)");
    assert.deepEqual([await ledger.flow.alertsSince(nightBegan(NOW)), await ledger.flow.alertsSince(0)], [2, 3]);
    assert.equal(await ledger.flow.lastRegistered(), nightBegan(NOW));
  });
});

test('alerts count as scored once each, without those that had no score, and since they were registered', async (t) => {
  const ledger = await newLedger(t);
  const { flow } = ledger;
  await register(ledger, '20260302_005900', NOW - 50 * SECOND, [NOW, NOW, NOW]);
  await register(ledger, '20260302_005910', NOW - 40 * SECOND, [NOW, NOW]);
  assert.equal(await flow.scoredSince('r0b', NOW - 60 * SECOND), 0);
  const event = `INSERT INTO stem_event (stem, stage, vra, at, status, "rows") VALUES (?, ?, ?, ${NOW}, ?, ?)`;
  await execute(ledger, event, '20260302_005900', 'predict', 'r0b', 99, 0);
  // One of the three had no features. A backfill scores the stem again.
  for (let time = 0; time < 2; time++) await execute(ledger, event, '20260302_005900', 'predict', 'r0b', -1, 2);
  await execute(ledger, event, '20260302_005910', 'feature', 'r0b', 1, 2);
  await execute(ledger, event, '20260302_005910', 'predict', 'r0c', 1, 2);
  assert.equal(await flow.scoredSince('r0b', NOW - 60 * SECOND), 2);
  await execute(ledger, event, '20260302_005910', 'predict', 'r0b', 1, 2);
  assert.equal(await flow.scoredSince('r0b', NOW - 60 * SECOND), 4);
  assert.equal(await flow.scoredSince('r0b', NOW - 40 * SECOND), 2);
});
