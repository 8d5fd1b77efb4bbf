import assert from 'node:assert/strict';
import { beforeEach, describe, type TestContext, test } from 'node:test';
import type { Ledger } from '../ledger.js';
import { newPlace, openLedger } from '../testing/ledgers.js';
import { changing, valueIn } from '../testing/look-inside.js';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 1, 2, 12);

describe('the hourly budget of calls', () => {
  let place: string;
  let ledger: Ledger;
  const state = (now: number, callsPerHour = 3, keep = 0) => ledger.annotations.calls.state(now, callsPerHour, keep);
  const left = async (now: number) => (await state(now)).left;
  const count = (now: number, annotations: number, on = ledger) =>
    changing(on, (tx) => on.annotations.calls.count(tx, now, annotations));

  beforeEach(async (t) => {
    place = newPlace(t as TestContext);
    ledger = await openLedger(t as TestContext, place, ['r0b'], { create: true });
  });

  test('is whole if nothing was called', async () => {
    assert.deepEqual(await state(NOON), { left: 3, waitMs: 0, annotationsPerHour: 0 });
  });

  test('is used by the calls of every process, for at least an hour each', async (t) => {
    await count(NOON + 59_999, 100);
    const other = await openLedger(t, place, ['r0b'], { create: false });
    await count(NOON + 30 * MINUTE, 100, other);
    assert.equal(await left(NOON + 30 * MINUTE), 1);
    assert.equal(await left(NOON + 59_999 + 60 * MINUTE - 1), 1);
    assert.equal(await left(NOON + 61 * MINUTE), 2);
    assert.equal(await left(NOON + 91 * MINUTE), 3);
  });

  test('keeps some calls from those that may not have them, and says how long they wait', async () => {
    await count(NOON, 100);
    await count(NOON + 20 * MINUTE, 100);
    const at = NOON + 30 * MINUTE;
    for (const [keep, wait] of [
      [1, 0],
      [2, 31 * MINUTE],
    ] as const) {
      const { left: free, waitMs } = await state(at, 4, keep);
      assert.deepEqual([free, waitMs], [2, wait]);
    }
  });

  test('says how long until a call is free', async () => {
    for (const at of [NOON, NOON + 5 * MINUTE, NOON + 6 * MINUTE]) await count(at, 1);
    const now = NOON + 10 * MINUTE;
    const { left: none, waitMs } = await state(now);
    assert.equal(none, 0);
    assert.equal(await left(now + waitMs - 1), 0);
    assert.equal(await left(now + waitMs), 1);
  });

  test('tells the rate of the busiest of the last ten minutes', async () => {
    await count(NOON, 5000);
    await count(NOON + 15 * MINUTE, 100);
    await count(NOON + 20 * MINUTE, 50);
    assert.equal((await state(NOON + 20 * MINUTE)).annotationsPerHour, 6000);
  });

  test('keeps no more than two hours of minutes, and none of a clock that was days ahead', async () => {
    await count(NOON + 3 * 24 * 60 * MINUTE, 1);
    await changing(ledger, async (tx) => {
      for (let minute = 0; minute < 200; minute++) await ledger.annotations.calls.count(tx, NOON + minute * MINUTE, 1);
    });
    const kept = await valueIn(ledger, 'SELECT count(*) FROM lasair_call');
    assert.equal(kept, 61n);
  });
});
