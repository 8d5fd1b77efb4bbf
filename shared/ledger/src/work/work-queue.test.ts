import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stemOf } from '@lvra/core';
import { writeTransaction } from '../sqlite/connection.js';
import { addStem, newLedger } from '../testing/ledgers.js';
import { LONGEST_BACKOFF_MS } from './work-queue.js';

const STEM = '20260301_000001';
const OTHER = '20260301_000002';
const NOW = 1_772_000_000_000;
const LEASE = 30_000;

const failure = { status: 30, message: 'no key', dueAt: NOW + 10_000, now: NOW, durationMs: 3 } as const;

describe('a claim', () => {
  test('is given once, until the lease runs out, and counts the attempts', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    assert.deepEqual(work.claim(STEM, 'a', NOW, LEASE), { kind: 'claimed', attempt: 1 });
    assert.deepEqual(work.claim(STEM, 'b', NOW + 1_000, LEASE), { kind: 'busy', waitMs: 29_000 });
    assert.deepEqual(work.pending(NOW + 1_000, LEASE), []);
    assert.deepEqual(work.claim(STEM, 'b', NOW + LEASE, LEASE), { kind: 'claimed', attempt: 2 });
  });

  test('lives as long as it is renewed, and is lost once another has it', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    work.claim(STEM, 'a', NOW, LEASE);
    assert.equal(work.renew(STEM, 'a', NOW + 20_000, LEASE), true);
    assert.equal(work.claim(STEM, 'b', NOW + 40_000, LEASE).kind, 'busy');
    assert.equal(work.claim(STEM, 'b', NOW + 50_000, LEASE).kind, 'claimed');
    assert.equal(work.renew(STEM, 'a', NOW + 50_001, LEASE), false);
  });

  test('is not given on what is done, unknown, not asked for, or not done by the stage before', (t) => {
    const ledger = newLedger(t);
    const predict = ledger.work('predict', 'r0b');
    addStem(ledger, '20260301_000011', 1, 1);
    addStem(ledger, '20260301_000012', 1, -1);
    addStem(ledger, '20260301_000013', 21, 0);
    addStem(ledger, '20260301_000014', null, null);
    addStem(ledger, '20260301_000015', 1, null);
    const kinds = ['11', '12', '13', '14', '15', '16'].map(
      (s) => predict.claim(`20260301_0000${s}`, 'a', NOW, LEASE).kind,
    );
    assert.deepEqual(kinds, ['done', 'done', 'not-ready', 'not-ready', 'not-ready', 'not-ready']);
  });

  test('after a failure has to wait, and is void once the stem is dead', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    work.claim(STEM, 'a', NOW, LEASE);
    work.fail(STEM, 'a', failure);
    assert.equal(work.status(STEM), 30);
    assert.deepEqual(work.claim(STEM, 'b', NOW + 1, LEASE), { kind: 'later', waitMs: 9_999 });
    assert.deepEqual(work.pending(NOW + 1, LEASE), []);
    assert.deepEqual(work.pending(NOW + 10_000, LEASE), [STEM]);
    assert.deepEqual(work.claim(STEM, 'b', NOW + 10_000, LEASE), { kind: 'claimed', attempt: 2 });
    work.fail(STEM, 'b', { ...failure, dueAt: undefined });
    assert.deepEqual(work.claim(STEM, 'b', NOW + 99_999, LEASE), { kind: 'dead' });
    assert.deepEqual(work.pending(NOW + 99_999, LEASE), []);
    assert.deepEqual(work.deadLetters(), [
      { stage: 'feature', vra: 'r0b', stem: STEM, attempts: 2, error: 'no key', at: NOW },
    ]);
    assert.deepEqual(
      ledger.events.ofStem(STEM).map(({ status, detail }) => [status, detail]),
      [
        [30, 'no key'],
        [30, 'no key'],
      ],
    );
  });

  test('that is released costs no attempt and may leave a status', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    work.claim(STEM, 'a', NOW, LEASE);
    work.release(STEM, 'a', { now: NOW, ms: 500.4 }, 'later', 40);
    assert.equal(work.status(STEM), 40);
    assert.deepEqual(work.claim(STEM, 'a', NOW, LEASE), { kind: 'later', waitMs: 500 });
    assert.deepEqual(work.claim(STEM, 'a', NOW + 500, LEASE), { kind: 'claimed', attempt: 1 });
  });

  test('that is lost can neither fail nor release the stem', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    work.claim(STEM, 'a', NOW, LEASE);
    work.claim(STEM, 'b', NOW + LEASE, LEASE);
    work.fail(STEM, 'a', { ...failure, dueAt: undefined });
    work.release(STEM, 'a', { now: NOW, ms: 0 }, null, 99);
    assert.equal(work.status(STEM), 0);
    assert.equal(work.claim(STEM, 'c', NOW + LEASE + 1, LEASE).kind, 'busy');
    assert.deepEqual(ledger.events.ofStem(STEM), []);
  });

  test('holds against a process that read the clock before it was made, and then waited for the lock', (t) => {
    const ledger = newLedger(t);
    for (const stem of [STEM, OTHER]) addStem(ledger, stem);
    const work = ledger.work('feature', 'r0b');
    work.claim(STEM, 'a', NOW, LEASE);
    work.claim(OTHER, 'a', NOW, LEASE);
    work.release(OTHER, 'a', { now: NOW, ms: 500 }, 'later');
    assert.deepEqual(work.pending(NOW - 5, LEASE), []);
    assert.deepEqual(work.claim(STEM, 'b', NOW - 5, LEASE), { kind: 'busy', waitMs: LEASE + 5 });
    assert.deepEqual(work.claim(OTHER, 'b', NOW - 5, LEASE), { kind: 'later', waitMs: 505 });
  });

  test('from before the clock was set back is ignored', (t) => {
    const ledger = newLedger(t);
    for (const stem of [STEM, OTHER]) addStem(ledger, stem);
    const work = ledger.work('feature', 'r0b');
    work.claim(STEM, 'a', NOW, LEASE);
    work.claim(OTHER, 'a', NOW, LEASE);
    work.fail(OTHER, 'a', { ...failure, dueAt: NOW + LONGEST_BACKOFF_MS });
    work.pause({ now: NOW, ms: LONGEST_BACKOFF_MS }, 'Lasair');
    // By two days, by an hour, and by so little that the waiting time could be one of today.
    for (const before of [NOW - 2 * 86_400_000, NOW - 3_600_000, NOW - 60_000]) {
      assert.deepEqual(work.pending(before, LEASE), [STEM, OTHER]);
      assert.equal(work.paused(before), undefined);
    }
    const before = NOW - 60_000;
    assert.equal(work.claim(STEM, 'b', before, LEASE).kind, 'claimed');
    assert.equal(work.claim(OTHER, 'b', before, LEASE).kind, 'claimed');
    assert.equal(work.paused(before), undefined);
  });
});

describe('pending', () => {
  test('is by stage what that stage can claim, for statuses of both pipelines, oldest first', (t) => {
    const ledger = newLedger(t);
    const codes = [0, 1, -1, 21, 30, 99, 42, 7, null];
    const expected = { feature: [] as string[], predict: [] as string[], annotate: [] as string[] };
    const done = (code: number | null) => code === 1 || code === -1;
    let instant = Date.UTC(2026, 2, 1);
    const add = (feature: number | null, predict: number | null, annotate: number | null) => {
      const stem = stemOf(new Date(instant));
      instant += 1_000;
      addStem(ledger, stem, feature, predict, annotate);
      if (feature !== null && !done(feature)) expected.feature.push(stem);
      if (predict !== null && !done(predict) && done(feature)) expected.predict.push(stem);
      if (annotate !== null && !done(annotate) && done(predict)) expected.annotate.push(stem);
    };
    writeTransaction(ledger.database, () => {
      for (const feature of codes)
        for (const predict of codes) for (const annotate of codes) add(feature, predict, annotate);
    });
    for (const stage of ['feature', 'predict', 'annotate'] as const) {
      const work = ledger.work(stage, 'r0b');
      assert.deepEqual(work.pending(NOW, LEASE), expected[stage], stage);
      assert.deepEqual(work.pending(NOW, LEASE, 3), expected[stage].slice(0, 3), stage);
    }
  });

  test('marked with a status shows it once, and stays pending', (t) => {
    const ledger = newLedger(t);
    for (const stem of [STEM, OTHER]) addStem(ledger, stem, 1, 1, 0);
    addStem(ledger, '20260301_000003', 1, 0, 0);
    const work = ledger.work('annotate', 'r0b');
    assert.equal(work.setStatusOfPending(41, NOW, LEASE), 2);
    assert.deepEqual([work.status(STEM), work.status('20260301_000003')], [41, 0]);
    assert.equal(work.setStatusOfPending(41, NOW, LEASE), 0);
    assert.deepEqual(work.pending(NOW, LEASE), [STEM, OTHER]);
  });
});

describe('retry', () => {
  test('opens what failed, is dead or waits, at once and with all attempts', (t) => {
    const ledger = newLedger(t);
    for (const stem of [STEM, OTHER]) addStem(ledger, stem);
    const work = ledger.work('feature', 'r0b');
    for (const [stem, dueAt] of [
      [STEM, undefined],
      [OTHER, NOW + 3_000_000],
    ] as const) {
      work.claim(stem, 'a', NOW, LEASE);
      work.fail(stem, 'a', { ...failure, dueAt });
      assert.equal(work.retry(stem, false), true);
    }
    assert.deepEqual(work.pending(NOW, LEASE), [STEM, OTHER]);
    assert.deepEqual(work.deadLetters(), []);
    assert.deepEqual(work.claim(STEM, 'b', NOW, LEASE), { kind: 'claimed', attempt: 1 });
  });

  test('of what is done needs force, and of what is unknown is never possible', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM, 1);
    const work = ledger.work('feature', 'r0b');
    assert.equal(work.retry(STEM, false), false);
    assert.equal(work.status(STEM), 1);
    assert.equal(work.retry(STEM, true), true);
    assert.equal(work.status(STEM), 0);
    assert.equal(work.retry(OTHER, true), false);
  });

  test('is not needed for a dead stem that another process finished', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    work.claim(STEM, 'a', NOW, LEASE);
    work.fail(STEM, 'a', { ...failure, dueAt: undefined });
    ledger.database.prepare('UPDATE feature_making SET r0b = 1').run();
    assert.deepEqual(work.deadLetters(), []);
  });
});

test('a pause is seen by every ledger, ends by itself, can be moved and taken back', (t) => {
  const ledger = newLedger(t, ['r0b', 'agn']);
  const work = ledger.work('annotate', 'r0b');
  work.pause({ now: NOW, ms: 1_000.6 }, 'too many calls');
  assert.deepEqual(work.paused(NOW), { until: NOW + 1_001, reason: 'too many calls' });
  assert.equal(ledger.work('annotate', 'agn').paused(NOW), undefined);
  assert.equal(ledger.work('predict', 'r0b').paused(NOW), undefined);
  work.pause({ now: NOW, ms: 5_000 }, 'refused');
  assert.deepEqual(work.paused(NOW + 2_000), { until: NOW + 5_000, reason: 'refused' });
  assert.equal(work.paused(NOW + 5_000), undefined);
  ledger.work('annotate', 'agn').resume();
  assert.notEqual(work.paused(NOW + 2_000), undefined);
  work.resume();
  assert.equal(work.paused(NOW + 2_000), undefined);
});
