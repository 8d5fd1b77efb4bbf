import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stemOf } from '@lvra/core';
import { Insert } from '../statements.js';
import { addStem, newLedger } from '../testing/ledgers.js';
import { changing, execute, tuplesIn } from '../testing/look-inside.js';
import { LONGEST_BACKOFF_MS } from './waits.js';

const STEM = '20260301_000001';
const OTHER = '20260301_000002';
const THIRD = '20260301_000003';
const NOW = 1_772_000_000_000;
const LEASE = 30_000;

const failure = { status: 30, message: 'no key', dueAt: NOW + 10_000, now: NOW, durationMs: 3 } as const;

describe('a claim', () => {
  test('is given once, until the lease runs out, and counts the attempts', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    assert.deepEqual(await work.claim(STEM, 'a', NOW, LEASE), { kind: 'claimed', attempt: 1 });
    assert.deepEqual(await work.claim(STEM, 'b', NOW + 1_000, LEASE), { kind: 'busy', waitMs: 29_000 });
    assert.deepEqual(await work.pending(NOW + 1_000, LEASE), []);
    assert.deepEqual(await work.claim(STEM, 'b', NOW + LEASE, LEASE), { kind: 'claimed', attempt: 2 });
  });

  test('lives as long as it is renewed, and is lost once another has it', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    await work.claim(STEM, 'a', NOW, LEASE);
    assert.equal(await work.renew(STEM, 'a', NOW + 20_000, LEASE), true);
    assert.equal((await work.claim(STEM, 'b', NOW + 40_000, LEASE)).kind, 'busy');
    assert.equal((await work.claim(STEM, 'b', NOW + 50_000, LEASE)).kind, 'claimed');
    assert.equal(await work.renew(STEM, 'a', NOW + 50_001, LEASE), false);
  });

  test('is not given on what is done, unknown, not asked for, or not done by the stage before', async (t) => {
    const ledger = await newLedger(t);
    const predict = ledger.work('predict', 'r0b');
    await addStem(ledger, '20260301_000011', 1, 1);
    await addStem(ledger, '20260301_000012', 1, -1);
    await addStem(ledger, '20260301_000013', 21, 0);
    await addStem(ledger, '20260301_000014', null, null);
    await addStem(ledger, '20260301_000015', 1, null);
    const kinds = ['11', '12', '13', '14', '15', '16'].map(
      async (s) => (await predict.claim(`20260301_0000${s}`, 'a', NOW, LEASE)).kind,
    );
    const expected = ['done', 'done', 'not-ready', 'not-ready', 'not-ready', 'not-ready'];
    assert.deepEqual(await Promise.all(kinds), expected);
  });

  test('after a failure has to wait, and is void once the stem is dead', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    await work.claim(STEM, 'a', NOW, LEASE);
    await work.fail(STEM, 'a', failure);
    assert.equal(await work.status(STEM), 30);
    assert.deepEqual(await work.claim(STEM, 'b', NOW + 1, LEASE), { kind: 'later', waitMs: 9_999 });
    assert.deepEqual(await work.pending(NOW + 1, LEASE), []);
    assert.deepEqual(await work.pending(NOW + 10_000, LEASE), [STEM]);
    assert.deepEqual(await work.claim(STEM, 'b', NOW + 10_000, LEASE), { kind: 'claimed', attempt: 2 });
    await work.fail(STEM, 'b', { ...failure, dueAt: undefined });
    assert.deepEqual(await work.claim(STEM, 'b', NOW + 99_999, LEASE), { kind: 'dead' });
    assert.deepEqual(await work.pending(NOW + 99_999, LEASE), []);
    assert.deepEqual(await work.deadLetters(), [
      { stage: 'feature', vra: 'r0b', stem: STEM, attempts: 2, error: 'no key', at: NOW },
    ]);
    assert.deepEqual(
      (await ledger.events.ofStem(STEM)).map(({ status, detail }) => [status, detail]),
      [
        [30, 'no key'],
        [30, 'no key'],
      ],
    );
  });

  test('that is released costs no attempt and may leave a status', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    await work.claim(STEM, 'a', NOW, LEASE);
    await work.release(STEM, 'a', { now: NOW, ms: 500.4 }, 'later', 40);
    assert.equal(await work.status(STEM), 40);
    assert.deepEqual(await work.claim(STEM, 'a', NOW, LEASE), { kind: 'later', waitMs: 500 });
    assert.deepEqual(await work.claim(STEM, 'a', NOW + 500, LEASE), { kind: 'claimed', attempt: 1 });
  });

  test('that is lost can neither fail nor release the stem', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    await work.claim(STEM, 'a', NOW, LEASE);
    await work.claim(STEM, 'b', NOW + LEASE, LEASE);
    await work.fail(STEM, 'a', { ...failure, dueAt: undefined });
    await work.release(STEM, 'a', { now: NOW, ms: 0 }, null, 99);
    assert.equal(await work.status(STEM), 0);
    assert.equal((await work.claim(STEM, 'c', NOW + LEASE + 1, LEASE)).kind, 'busy');
    assert.deepEqual(await ledger.events.ofStem(STEM), []);
  });

  test('of a dead process is free at once, and others are not', async (t) => {
    const ledger = await newLedger(t);
    for (const stem of [STEM, OTHER]) await addStem(ledger, stem);
    const work = ledger.work('feature', 'r0b');
    await work.claim(STEM, 'dead', NOW, LEASE);
    await work.claim(OTHER, 'alive', NOW, LEASE);
    await work.releaseClaimsOf((owner) => owner === 'dead');
    assert.deepEqual(await work.pending(NOW, LEASE), [STEM]);
    assert.deepEqual(await work.claim(STEM, 'b', NOW, LEASE), { kind: 'claimed', attempt: 2 });
  });

  test('holds against a process that read the clock before it was made, and then waited for the lock', async (t) => {
    const ledger = await newLedger(t);
    for (const stem of [STEM, OTHER]) await addStem(ledger, stem);
    const work = ledger.work('feature', 'r0b');
    await work.claim(STEM, 'a', NOW, LEASE);
    await work.claim(OTHER, 'a', NOW, LEASE);
    await work.release(OTHER, 'a', { now: NOW, ms: 500 }, 'later');
    assert.deepEqual(await work.pending(NOW - 5, LEASE), []);
    assert.deepEqual(await work.claim(STEM, 'b', NOW - 5, LEASE), { kind: 'busy', waitMs: LEASE + 5 });
    assert.deepEqual(await work.claim(OTHER, 'b', NOW - 5, LEASE), { kind: 'later', waitMs: 505 });
  });

  test('from before the clock was set back is ignored', async (t) => {
    const ledger = await newLedger(t);
    for (const stem of [STEM, OTHER, THIRD]) await addStem(ledger, stem);
    const work = ledger.work('feature', 'r0b');
    await work.claim(STEM, 'a', NOW, LEASE);
    await work.claim(OTHER, 'a', NOW, LEASE);
    await work.fail(OTHER, 'a', { ...failure, dueAt: NOW + LONGEST_BACKOFF_MS });
    await work.claim(THIRD, 'a', NOW, LEASE);
    await work.fail(THIRD, 'a', failure);
    await work.pause({ now: NOW, ms: LONGEST_BACKOFF_MS }, 'Lasair');
    // By two days, by an hour, and by so little that the waiting time could be one of today.
    for (const before of [NOW - 2 * 86_400_000, NOW - 3_600_000, NOW - 60_000]) {
      assert.deepEqual(await work.pending(before, LEASE), [STEM, OTHER, THIRD]);
      assert.equal(await work.paused(before), undefined);
    }
    const before = NOW - 60_000;
    assert.equal((await work.claim(STEM, 'b', before, LEASE)).kind, 'claimed');
    assert.equal((await work.claim(OTHER, 'b', before, LEASE)).kind, 'claimed');
    assert.equal((await work.claim(THIRD, 'b', before, LEASE)).kind, 'claimed');
    await work.pause({ now: NOW, ms: 1_000 }, 'Lasair');
    assert.equal(await work.paused(before), undefined);
  });
});

describe('pending', () => {
  test('is by stage what that stage can claim, for statuses of both pipelines, oldest first', async (t) => {
    const ledger = await newLedger(t);
    const codes = [0, 1, -1, 21, 30, 99, 42, 7, null];
    const expected = { feature: [] as string[], predict: [] as string[], annotate: [] as string[] };
    const done = (code: number | null) => code === 1 || code === -1;
    let instant = Date.UTC(2026, 2, 1);
    const rows: [string, number | null, number | null, number | null][] = [];
    const add = (feature: number | null, predict: number | null, annotate: number | null) => {
      const stem = stemOf(new Date(instant));
      instant += 1_000;
      rows.push([stem, feature, predict, annotate]);
      if (feature !== null && !done(feature)) expected.feature.push(stem);
      if (predict !== null && !done(predict) && done(feature)) expected.predict.push(stem);
      if (annotate !== null && !done(annotate) && done(predict)) expected.annotate.push(stem);
    };
    for (const feature of codes) {
      for (const predict of codes) for (const annotate of codes) add(feature, predict, annotate);
    }
    await changing(ledger, async (tx) => {
      for (const [at, table] of ['feature_making', 'predict', 'annotating'].entries()) {
        const ofStage = rows.map(([stem, ...codesOf]) => [stem, codesOf[at]!]);
        await tx.each(new Insert(table, { stem: 'text', r0b: 'integer' }), ofStage);
      }
    });
    for (const stage of ['feature', 'predict', 'annotate'] as const) {
      const work = ledger.work(stage, 'r0b');
      assert.deepEqual(await work.pending(NOW, LEASE), expected[stage], stage);
      assert.deepEqual(await work.pending(NOW, LEASE, 3), expected[stage].slice(0, 3), stage);
    }
  });

  test('marked with a status shows it once, and stays pending', async (t) => {
    const ledger = await newLedger(t);
    for (const stem of [STEM, OTHER]) await addStem(ledger, stem, 1, 1, 0);
    await addStem(ledger, THIRD, 1, 0, 0);
    const work = ledger.work('annotate', 'r0b');
    assert.equal(await work.setStatusOfPending(41, NOW, LEASE), 2);
    assert.deepEqual([await work.status(STEM), await work.status(THIRD)], [41, 0]);
    assert.equal(await work.setStatusOfPending(41, NOW, LEASE), 0);
    assert.deepEqual(await work.pending(NOW, LEASE), [STEM, OTHER]);
  });
});

describe('retry', () => {
  test('opens what failed, is dead or waits, at once and with all attempts', async (t) => {
    const ledger = await newLedger(t);
    for (const stem of [STEM, OTHER]) await addStem(ledger, stem);
    const work = ledger.work('feature', 'r0b');
    for (const [stem, dueAt] of [
      [STEM, undefined],
      [OTHER, NOW + 3_000_000],
    ] as const) {
      await work.claim(stem, 'a', NOW, LEASE);
      await work.fail(stem, 'a', { ...failure, dueAt });
      assert.equal(await work.retry(stem, false), true);
    }
    assert.deepEqual(await work.pending(NOW, LEASE), [STEM, OTHER]);
    assert.deepEqual(await work.deadLetters(), []);
    assert.deepEqual(await work.claim(STEM, 'b', NOW, LEASE), { kind: 'claimed', attempt: 1 });
  });

  test('of what is done needs force, and of what is unknown is never possible', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM, 1);
    const work = ledger.work('feature', 'r0b');
    assert.equal(await work.retry(STEM, false), false);
    assert.equal(await work.status(STEM), 1);
    assert.equal(await work.retry(STEM, true), true);
    assert.equal(await work.status(STEM), 0);
    assert.equal(await work.retry(OTHER, true), false);
  });

  test('of features restores objects that were lost, unless a newer stem has them', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    const flags = { count: [0, 0, 0, 0, 0], first: [0, 0, 0, 0, 0] } as const;
    const rows = [7n, 8n, 9n, 9n].map((id) => ({
      ...{ diaObjectId: id, diaSourceId: id, midpointMjdTai: 61_000, receivedMs: undefined, flags },
    }));
    await ledger.results.recordFeatures(work, STEM, rows, [], { status: 1, now: NOW, durationMs: 1 });
    const map = 'INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, ?)';
    await execute(ledger, map, 7n, OTHER);
    await execute(ledger, map, 8n, '20260228_000001');
    await work.retry(STEM, true);
    assert.deepEqual(await tuplesIn(ledger, 'SELECT diaObjectId, stem FROM diaobjid_stems ORDER BY 1'), [
      [7n, OTHER],
      [8n, STEM],
      [9n, STEM],
    ]);
  });

  test('is not needed for a dead stem that another process finished', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    await work.claim(STEM, 'a', NOW, LEASE);
    await work.fail(STEM, 'a', { ...failure, dueAt: undefined });
    await execute(ledger, 'UPDATE feature_making SET r0b = 1');
    assert.deepEqual(await work.deadLetters(), []);
  });
});

test('a pause is seen by every ledger, ends by itself, can be moved and taken back', async (t) => {
  const ledger = await newLedger(t, ['r0b', 'agn']);
  const work = ledger.work('annotate', 'r0b');
  await work.pause({ now: NOW, ms: 1_000.6 }, 'too many calls');
  assert.deepEqual(await work.paused(NOW), { until: NOW + 1_001, reason: 'too many calls' });
  assert.equal(await ledger.work('annotate', 'agn').paused(NOW), undefined);
  assert.equal(await ledger.work('predict', 'r0b').paused(NOW), undefined);
  await work.pause({ now: NOW, ms: 5_000 }, 'refused');
  assert.deepEqual(await work.paused(NOW + 2_000), { until: NOW + 5_000, reason: 'refused' });
  assert.equal(await work.paused(NOW + 5_000), undefined);
  await ledger.work('annotate', 'agn').resume();
  assert.notEqual(await work.paused(NOW + 2_000), undefined);
  await work.resume();
  assert.equal(await work.paused(NOW + 2_000), undefined);
});
