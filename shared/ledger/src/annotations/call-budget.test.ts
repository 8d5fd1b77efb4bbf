import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Ledger } from '../ledger.js';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 1, 2, 12);

describe('the hourly budget of calls', () => {
  let folder: string;
  let ledger: Ledger;
  const left = (now: number) => ledger.annotations.calls.state(now, 3).left;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lvra-budget-'));
    ledger = Ledger.open(join(folder, 'log.db'), ['r0b'], { create: true });
  });
  afterEach(() => {
    ledger.close();
    rmSync(folder, { recursive: true });
  });

  test('is whole if nothing was called', () => {
    assert.deepEqual(ledger.annotations.calls.state(NOON, 3), { left: 3, waitMs: 0, annotationsPerHour: 0 });
  });

  test('is used by the calls of every process, for at least an hour each', () => {
    ledger.annotations.calls.count(NOON + 59_999, 100);
    const other = Ledger.open(join(folder, 'log.db'), ['r0b'], { create: false });
    other.annotations.calls.count(NOON + 30 * MINUTE, 100);
    other.close();
    assert.equal(left(NOON + 30 * MINUTE), 1);
    assert.equal(left(NOON + 59_999 + 60 * MINUTE - 1), 1);
    assert.equal(left(NOON + 61 * MINUTE), 2);
    assert.equal(left(NOON + 91 * MINUTE), 3);
  });

  test('keeps some calls from those that may not have them, and says how long they wait', () => {
    ledger.annotations.calls.count(NOON, 100);
    ledger.annotations.calls.count(NOON + 20 * MINUTE, 100);
    const at = NOON + 30 * MINUTE;
    const state = (keep: number) => ledger.annotations.calls.state(at, 4, keep);
    assert.deepEqual([state(1).left, state(1).waitMs], [2, 0]);
    assert.deepEqual([state(2).left, state(2).waitMs], [2, 31 * MINUTE]);
  });

  test('says how long until a call is free', () => {
    for (const at of [NOON, NOON + 5 * MINUTE, NOON + 6 * MINUTE]) ledger.annotations.calls.count(at, 1);
    const now = NOON + 10 * MINUTE;
    const { left: none, waitMs } = ledger.annotations.calls.state(now, 3);
    assert.equal(none, 0);
    assert.equal(left(now + waitMs - 1), 0);
    assert.equal(left(now + waitMs), 1);
  });

  test('tells the rate of the busiest of the last ten minutes', () => {
    ledger.annotations.calls.count(NOON, 5000);
    ledger.annotations.calls.count(NOON + 15 * MINUTE, 100);
    ledger.annotations.calls.count(NOON + 20 * MINUTE, 50);
    assert.equal(ledger.annotations.calls.state(NOON + 20 * MINUTE, 3).annotationsPerHour, 6000);
  });

  test('keeps no more than two hours of minutes, and none of a clock that was days ahead', () => {
    ledger.annotations.calls.count(NOON + 3 * 24 * 60 * MINUTE, 1);
    for (let minute = 0; minute < 200; minute++) ledger.annotations.calls.count(NOON + minute * MINUTE, 1);
    const kept = ledger.database.prepare('SELECT count(*) FROM lasair_call').pluck().get();
    assert.equal(kept, 61n);
  });
});
