import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Stage } from '@lvra/core';
import { addStem, newLedger } from '../testing/ledgers.js';
import type { Asked } from './backfill.js';

const [A, B, C] = ['20260301_000001', '20260301_000002', '20260301_000003'] as const;
const NOW = 1_790_000_000_000;
const LEASE_MS = 30_000;

const wish = (stem: string, first: Stage = 'feature', last: Stage = 'predict'): Asked => ({ stem, first, last });

function world(t: TestContext) {
  const ledger = newLedger(t);
  const [feature, predict, annotate] = (['feature', 'predict', 'annotate'] as const).map((stage) =>
    ledger.work(stage, 'r0b'),
  ) as [ReturnType<typeof ledger.work>, ReturnType<typeof ledger.work>, ReturnType<typeof ledger.work>];
  const next = (work: typeof feature) => work.nextBackfilled(NOW, LEASE_MS);
  /** Begins the next stem and claims it. */
  const take = (work: typeof feature, owner = 'me') => {
    const stem = next(work);
    if (stem === undefined) return undefined;
    work.beginBackfilled(stem);
    assert.equal(work.claim(stem, owner, NOW, LEASE_MS).kind, 'claimed');
    return stem;
  };
  const settle = (work: typeof feature, stem: string) => work.complete(stem, { status: 1, rows: 1, now: NOW });
  const statuses = (stem: string) => [feature, predict, annotate].map((work) => work.status(stem) ?? null);
  return { ledger, feature, predict, annotate, next, take, settle, statuses };
}

describe('stems that a VRA is to do of the past', () => {
  test('are done stage after stage, oldest first, and have the status that they had until one begins', (t) => {
    const { ledger, feature, predict, annotate, next, take, settle, statuses } = world(t);
    for (const stem of [B, A]) addStem(ledger, stem, null, null, null);
    assert.equal(ledger.backfill.ask('r0b', [wish(B), wish(A)]).added, 2);
    assert.deepEqual(statuses(A), [null, null, null]);
    assert.deepEqual([next(feature), next(predict)], [A, undefined]);

    assert.equal(take(feature), A);
    assert.equal(next(feature), B, 'another replica takes the next one');
    assert.ok(settle(feature, A));
    assert.deepEqual(statuses(A), [1, null, null]);
    assert.equal(take(predict), A);
    assert.ok(settle(predict, A));
    assert.deepEqual(statuses(A), [1, 1, null]);
    assert.equal(next(annotate), undefined, 'it was asked for up to predict');
    assert.deepEqual(ledger.backfill.progress(), [
      { vra: 'r0b', stems: 2, done: 1, left: { feature: 1, predict: 0, annotate: 0 }, dead: 0 },
    ]);
    assert.ok(take(feature) && settle(feature, B) && take(predict) && settle(predict, B));
    assert.deepEqual(ledger.backfill.progress(), [], 'nothing is left');
  });

  test('are none of those that a sweep, a scrape or a pause asks about', (t) => {
    const { ledger, feature, annotate, take } = world(t);
    addStem(ledger, A, 1, 1, 1);
    addStem(ledger, B, 0, 0, 0);
    ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature')]);
    assert.equal(take(feature), A);
    feature.release(A, 'me', { now: NOW, ms: 0 }, 'requeued');
    assert.deepEqual(feature.pending(NOW + 1, LEASE_MS), [B]);
    assert.deepEqual(feature.newestPending(NOW + 1, LEASE_MS, 9), [B]);
    assert.equal(ledger.flow.waiting('feature', 'r0b').stems, 1);
    feature.claim(A, 'me', NOW + 1, LEASE_MS);
    const failure = { status: 99, message: 'bad', dueAt: undefined, now: NOW, durationMs: 1 } as const;
    feature.fail(A, 'me', failure);
    assert.equal(ledger.flow.waiting('feature', 'r0b').dead, 0);
    assert.equal(ledger.backfill.progress()[0]?.dead, 1);
    assert.equal(ledger.overview.dead('feature', 'r0b'), 1, 'an operator sees it');

    ledger.database.prepare('UPDATE annotating SET r0b = 1 WHERE stem = ?').run(B);
    ledger.backfill.ask('r0b', [wish(B, 'annotate', 'annotate')]);
    annotate.beginBackfilled(B);
    assert.equal(annotate.status(B), 0);
    assert.deepEqual(ledger.flow.unannotated('r0b', NOW), { oldest: undefined, late: 0 });
  });

  test('are begun by one replica though two look at the same moment, and once', (t) => {
    const { ledger, feature, next, settle } = world(t);
    addStem(ledger, A, 1, 1, 1);
    ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature')]);
    const [one, other] = [next(feature), next(feature)];
    assert.equal(one, other);
    feature.beginBackfilled(A);
    assert.equal(feature.claim(A, 'one', NOW, LEASE_MS).kind, 'claimed');
    feature.beginBackfilled(A);
    assert.equal(feature.claim(A, 'other', NOW, LEASE_MS).kind, 'busy');
    assert.ok(settle(feature, A));
    feature.beginBackfilled(A);
    assert.equal(feature.status(A), 1, 'it is not begun a second time');
    assert.deepEqual(ledger.backfill.progress(), []);
  });

  test('that another process has done, or that are not wanted any more, are finished', (t) => {
    const { ledger, feature, annotate, take } = world(t);
    for (const stem of [A, B]) addStem(ledger, stem, 1, 1, 1);
    ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature'), wish(B, 'annotate', 'annotate')]);
    assert.equal(take(feature), A);
    // As the Python pipeline does it.
    ledger.database.prepare('UPDATE feature_making SET r0b = 1 WHERE stem = ?').run(A);
    feature.beginBackfilled(A);
    assert.equal(take(annotate), B);
    annotate.excludeStem(B, NOW, 'not wanted');
    assert.deepEqual(ledger.backfill.progress(), []);
  });

  test('are asked for once, and again when they are done', (t) => {
    const { ledger, feature, take, settle } = world(t);
    addStem(ledger, A, 1, 1, 1);
    const ask = () => ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature')]);
    const [added, before] = [
      { added: 1, before: 0, apart: 0 },
      { added: 0, before: 1, apart: 0 },
    ];
    assert.deepEqual([ask(), ask()], [added, before]);
    assert.ok(take(feature) && settle(feature, A));
    assert.deepEqual(ask(), added);
  });

  test('are done from the first to the last stage of two backfills that meet', (t) => {
    const { ledger, feature, predict, take, settle, statuses } = world(t);
    addStem(ledger, A, 1, 1, 1);
    ledger.backfill.ask('r0b', [wish(A, 'predict', 'predict')]);
    assert.equal(ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature')]).added, 1);
    assert.equal(take(feature), A);
    assert.equal(ledger.backfill.ask('r0b', [wish(A, 'predict', 'annotate')]).added, 1, 'though it is begun');
    assert.ok(settle(feature, A));
    assert.equal(take(predict), A);
    assert.ok(settle(predict, A));
    assert.deepEqual(statuses(A), [1, 1, 1]);
    assert.equal(ledger.backfill.left('annotate', 'r0b'), 1);
  });

  test('are left out where an earlier backfill is past the stage, or would do one in between', (t) => {
    const { ledger, predict, take } = world(t);
    for (const stem of [A, B]) addStem(ledger, stem, 1, 1, 1);
    ledger.backfill.ask('r0b', [wish(A, 'predict', 'predict'), wish(B, 'annotate', 'annotate')]);
    assert.equal(take(predict), A);
    const again = [wish(A, 'feature', 'feature'), wish(B, 'feature', 'feature')];
    assert.deepEqual(ledger.backfill.ask('r0b', again), { added: 0, before: 0, apart: 2 });
    assert.equal(ledger.backfill.left('feature', 'r0b'), 0);
  });

  test('are done though the stage gave them up before the Python pipeline did them', (t) => {
    const { ledger, feature, next, take, settle } = world(t);
    addStem(ledger, A);
    const failure = { status: 99, message: 'bad', dueAt: undefined, now: NOW, durationMs: 1 } as const;
    const giveUp = () => feature.fail(A, 'me', failure);
    const doneByPython = () => ledger.database.prepare('UPDATE feature_making SET r0b = 1 WHERE stem = ?').run(A);
    feature.claim(A, 'me', NOW, LEASE_MS);
    giveUp();
    doneByPython();
    ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature')]);
    assert.equal(take(feature), A);
    giveUp();
    assert.equal(next(feature), undefined, 'given up again: an operator must act');
    doneByPython();
    assert.equal(next(feature), A);
    feature.beginBackfilled(A);
    assert.deepEqual(ledger.backfill.progress(), [], 'it is done');
    assert.equal(settle(feature, A), false);
  });

  test('are told with what a VRA has of them, both ends of the range included', (t) => {
    const { ledger, predict } = world(t);
    addStem(ledger, A, 1, 0, 0);
    addStem(ledger, B, null, null, null);
    addStem(ledger, C, 1, -1, 40);
    for (const outside of ['20260301_000000', '20260301_000004']) addStem(ledger, outside, 1, 1, 1);
    const scores = [{ diaObjectId: 1n, diaSourceId: 2n, score: 0.5 }];
    const settlement = { status: 1, now: NOW, durationMs: 1 } as const;
    ledger.results.recordScores(predict, A, { name: 'r0b', version: 'a1' }, scores, settlement);
    const unscored = { isScored: false };
    assert.deepEqual(ledger.backfill.stemsFrom('r0b', 'a1', [A, C]), [
      { stem: A, feature: 1, predict: 1, annotate: 0, isScored: true },
      { stem: B, feature: null, predict: null, annotate: null, ...unscored },
      { stem: C, feature: 1, predict: -1, annotate: 40, ...unscored },
    ]);
    assert.equal(ledger.backfill.stemsFrom('r0b', 'a2', [A, A])[0]?.isScored, false);
  });
});

test('an annotated stem with new scores that are not wanted does not count as annotated', (t) => {
  const { ledger, predict, annotate, take } = world(t);
  addStem(ledger, A, 1, 1, 1);
  ledger.backfill.ask('r0b', [wish(A, 'predict', 'predict')]);
  assert.equal(take(predict), A);
  const settlement = { status: 1, now: NOW, durationMs: 1 } as const;
  const scores = [{ diaObjectId: 1n, diaSourceId: 2n, score: 0.5 }];
  const unwanted = { annotate: { work: annotate, isWanted: false } };
  ledger.results.recordScores(predict, A, { name: 'r0b', version: 'a2' }, scores, settlement, unwanted);
  assert.equal(annotate.status(A), undefined);
});

describe('what is taken back', () => {
  test('has the status that it had, whether it was begun, failed or given up; and what is done stays done', (t) => {
    const { ledger, feature, take, settle, statuses } = world(t);
    addStem(ledger, A, 1, 1, 1);
    addStem(ledger, B, null, null, null);
    addStem(ledger, C, -1, 1, 1);
    ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature'), wish(B), wish(C, 'feature', 'feature')]);
    assert.ok(take(feature) === A && settle(feature, A));
    assert.equal(take(feature), B);
    const failure = { status: 99, message: 'bad', dueAt: undefined, now: NOW, durationMs: 1 } as const;
    feature.fail(B, 'me', failure);
    assert.equal(take(feature), C);
    assert.equal(ledger.backfill.cancel('r0b'), 2);
    assert.deepEqual([statuses(A), statuses(B), statuses(C)].map(String), ['1,1,1', ',,', '-1,1,1']);
    assert.deepEqual(feature.deadLetters(), []);
    assert.equal(settle(feature, C), false, 'what is done at this moment is not recorded');
    assert.deepEqual([ledger.backfill.progress(), ledger.backfill.stems()], [[], []]);
  });

  test('is one VRA’s, and scores that came before are still annotated behind the night', (t) => {
    const { ledger, predict, annotate, take } = world(t);
    addStem(ledger, A, 1, 1, 1);
    addStem(ledger, B, 1, 1, 1);
    ledger.backfill.ask('r0b', [wish(A, 'predict', 'annotate')]);
    ledger.backfill.ask('other', [wish(B)]);
    assert.equal(take(predict), A);
    const settlement = { status: 1, now: NOW, durationMs: 1 } as const;
    const scores = [{ diaObjectId: 1n, diaSourceId: 2n, score: 0.5 }];
    const wanted = { annotate: { work: annotate, isWanted: true } };
    ledger.results.recordScores(predict, A, { name: 'r0b', version: 'a2' }, scores, settlement, wanted);
    assert.deepEqual(annotate.pending(NOW, LEASE_MS), []);
    assert.equal(ledger.backfill.cancel('r0b'), 0);
    assert.deepEqual(annotate.pending(NOW, LEASE_MS), [], 'a sweep would take the oldest first');
    assert.equal(ledger.flow.unannotated('r0b', NOW).oldest, undefined, 'nor is it late');
    assert.equal(annotate.nextBackfilled(NOW, LEASE_MS), A);
    assert.deepEqual(ledger.backfill.stems(), [B]);
  });
});
