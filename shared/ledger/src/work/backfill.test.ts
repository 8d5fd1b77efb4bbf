import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Stage } from '@lvra/core';
import { addStem, newLedger } from '../testing/ledgers.js';
import { changing, execute, tuplesIn } from '../testing/look-inside.js';
import type { Asked } from './backfill.js';

const [A, B, C] = ['20260301_000001', '20260301_000002', '20260301_000003'] as const;
const NOW = 1_790_000_000_000;
const LEASE_MS = 30_000;

const wish = (stem: string, first: Stage = 'feature', last: Stage = 'predict'): Asked => ({ stem, first, last });

async function world(t: TestContext) {
  const ledger = await newLedger(t);
  const [feature, predict, annotate] = (['feature', 'predict', 'annotate'] as const).map((stage) =>
    ledger.work(stage, 'r0b'),
  ) as [ReturnType<typeof ledger.work>, ReturnType<typeof ledger.work>, ReturnType<typeof ledger.work>];
  const next = (work: typeof feature) => work.nextBackfilled(NOW, LEASE_MS);
  /** Begins the next stem and claims it. */
  const take = async (work: typeof feature, owner = 'me') => {
    const stem = await next(work);
    if (stem === undefined) return undefined;
    await work.beginBackfilled(stem);
    assert.equal((await work.claim(stem, owner, NOW, LEASE_MS)).kind, 'claimed');
    return stem;
  };
  const settle = (work: typeof feature, stem: string) =>
    changing(ledger, (tx) => work.complete(tx, stem, { status: 1, rows: 1, now: NOW }));
  const statuses = (stem: string) =>
    Promise.all([feature, predict, annotate].map(async (work) => (await work.status(stem)) ?? null));
  return { ledger, feature, predict, annotate, next, take, settle, statuses };
}

describe('stems that a VRA is to do of the past', () => {
  test('are done stage after stage, oldest first, and have the status that they had until one begins', async (t) => {
    const { ledger, feature, predict, annotate, next, take, settle, statuses } = await world(t);
    for (const stem of [B, A]) await addStem(ledger, stem, null, null, null);
    assert.equal((await ledger.backfill.ask('r0b', [wish(B), wish(A)])).added, 2);
    assert.deepEqual(await statuses(A), [null, null, null]);
    assert.deepEqual([await next(feature), await next(predict)], [A, undefined]);

    assert.equal(await take(feature), A);
    assert.equal(await next(feature), B, 'another replica takes the next one');
    assert.ok(await settle(feature, A));
    assert.deepEqual(await statuses(A), [1, null, null]);
    assert.equal(await take(predict), A);
    assert.ok(await settle(predict, A));
    assert.deepEqual(await statuses(A), [1, 1, null]);
    assert.equal(await next(annotate), undefined, 'it was asked for up to predict');
    assert.deepEqual(await ledger.backfill.progress(), [
      { vra: 'r0b', stems: 2, done: 1, left: { feature: 1, predict: 0, annotate: 0 }, dead: 0 },
    ]);
    assert.ok(
      (await take(feature)) && (await settle(feature, B)) && (await take(predict)) && (await settle(predict, B)),
    );
    assert.deepEqual(await ledger.backfill.progress(), [], 'nothing is left');
  });

  test('are none of those that a sweep, a scrape or a pause asks about', async (t) => {
    const { ledger, feature, annotate, take } = await world(t);
    await addStem(ledger, A, 1, 1, 1);
    await addStem(ledger, B, 0, 0, 0);
    await ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature')]);
    assert.equal(await take(feature), A);
    await feature.release(A, 'me', { now: NOW, ms: 0 }, 'requeued');
    assert.deepEqual(await feature.pending(NOW + 1, LEASE_MS), [B]);
    assert.deepEqual(await feature.newestPending(NOW + 1, LEASE_MS, 9), [B]);
    assert.equal((await ledger.flow.waiting('feature', 'r0b')).stems, 1);
    await feature.claim(A, 'me', NOW + 1, LEASE_MS);
    const failure = { status: 99, message: 'bad', dueAt: undefined, now: NOW, durationMs: 1 } as const;
    await feature.fail(A, 'me', failure);
    assert.equal((await ledger.flow.waiting('feature', 'r0b')).dead, 0);
    assert.equal((await ledger.backfill.progress())[0]?.dead, 1);
    assert.equal(await ledger.overview.dead('feature', 'r0b'), 1, 'an operator sees it');

    await execute(ledger, 'UPDATE annotating SET r0b = 1 WHERE stem = ?', B);
    await ledger.backfill.ask('r0b', [wish(B, 'annotate', 'annotate')]);
    await annotate.beginBackfilled(B);
    assert.equal(await annotate.status(B), 0);
    assert.deepEqual(await ledger.flow.unannotated('r0b', NOW), { oldest: undefined, late: 0 });
  });

  test('are begun by one replica though two look at the same moment, and once', async (t) => {
    const { ledger, feature, next, settle } = await world(t);
    await addStem(ledger, A, 1, 1, 1);
    await ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature')]);
    const [one, other] = [await next(feature), await next(feature)];
    assert.equal(one, other);
    await feature.beginBackfilled(A);
    assert.equal((await feature.claim(A, 'one', NOW, LEASE_MS)).kind, 'claimed');
    await feature.beginBackfilled(A);
    assert.equal((await feature.claim(A, 'other', NOW, LEASE_MS)).kind, 'busy');
    assert.ok(await settle(feature, A));
    await feature.beginBackfilled(A);
    assert.equal(await feature.status(A), 1, 'it is not begun a second time');
    assert.deepEqual(await ledger.backfill.progress(), []);
  });

  test('that another process has done, or that are not wanted any more, are finished', async (t) => {
    const { ledger, feature, annotate, take } = await world(t);
    for (const stem of [A, B]) await addStem(ledger, stem, 1, 1, 1);
    await ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature'), wish(B, 'annotate', 'annotate')]);
    assert.equal(await take(feature), A);
    // As the Python pipeline does it.
    await execute(ledger, 'UPDATE feature_making SET r0b = 1 WHERE stem = ?', A);
    await feature.beginBackfilled(A);
    assert.equal(await take(annotate), B);
    await annotate.excludeStem(B, NOW, 'not wanted');
    assert.deepEqual(await ledger.backfill.progress(), []);
  });

  test('are asked for once, and again when they are done', async (t) => {
    const { ledger, feature, take, settle } = await world(t);
    await addStem(ledger, A, 1, 1, 1);
    const ask = () => ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature')]);
    const [added, before] = [
      { added: 1, before: 0, apart: 0 },
      { added: 0, before: 1, apart: 0 },
    ];
    assert.deepEqual([await ask(), await ask()], [added, before]);
    assert.ok((await take(feature)) && (await settle(feature, A)));
    assert.deepEqual(await ask(), added);
  });

  test('are done from the first to the last stage of two backfills that meet', async (t) => {
    const { ledger, feature, predict, take, settle, statuses } = await world(t);
    await addStem(ledger, A, 1, 1, 1);
    await ledger.backfill.ask('r0b', [wish(A, 'predict', 'predict')]);
    assert.equal((await ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature')])).added, 1);
    assert.equal(await take(feature), A);
    assert.equal((await ledger.backfill.ask('r0b', [wish(A, 'predict', 'annotate')])).added, 1, 'though it is begun');
    assert.ok(await settle(feature, A));
    assert.equal(await take(predict), A);
    assert.ok(await settle(predict, A));
    assert.deepEqual(await statuses(A), [1, 1, 1]);
    assert.equal(await ledger.backfill.left('annotate', 'r0b'), 1);
  });

  test('are left out where an earlier backfill is past the stage, or would do one in between', async (t) => {
    const { ledger, predict, take } = await world(t);
    for (const stem of [A, B]) await addStem(ledger, stem, 1, 1, 1);
    await ledger.backfill.ask('r0b', [wish(A, 'predict', 'predict'), wish(B, 'annotate', 'annotate')]);
    assert.equal(await take(predict), A);
    const again = [wish(A, 'feature', 'feature'), wish(B, 'feature', 'feature')];
    assert.deepEqual(await ledger.backfill.ask('r0b', again), { added: 0, before: 0, apart: 2 });
    assert.equal(await ledger.backfill.left('feature', 'r0b'), 0);
  });

  test('are done though the stage gave them up before the Python pipeline did them', async (t) => {
    const { ledger, feature, next, take, settle } = await world(t);
    await addStem(ledger, A);
    const failure = { status: 99, message: 'bad', dueAt: undefined, now: NOW, durationMs: 1 } as const;
    const giveUp = () => feature.fail(A, 'me', failure);
    const doneByPython = () => execute(ledger, 'UPDATE feature_making SET r0b = 1 WHERE stem = ?', A);
    await feature.claim(A, 'me', NOW, LEASE_MS);
    await giveUp();
    await doneByPython();
    await ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature')]);
    assert.equal(await take(feature), A);
    await giveUp();
    assert.equal(await next(feature), undefined, 'given up again: an operator must act');
    await doneByPython();
    assert.equal(await next(feature), A);
    await feature.beginBackfilled(A);
    assert.deepEqual(await ledger.backfill.progress(), [], 'it is done');
    assert.equal(await settle(feature, A), false);
  });

  test('are told with what a VRA has of them, both ends of the range included', async (t) => {
    const { ledger, predict } = await world(t);
    await addStem(ledger, A, 1, 0, 0);
    await addStem(ledger, B, null, null, null);
    await addStem(ledger, C, 1, -1, 40);
    for (const outside of ['20260301_000000', '20260301_000004']) await addStem(ledger, outside, 1, 1, 1);
    const scores = [{ diaObjectId: 1n, diaSourceId: 2n, score: 0.5 }];
    const settlement = { status: 1, now: NOW, durationMs: 1 } as const;
    await ledger.results.recordScores(predict, A, { name: 'r0b', version: 'a1' }, scores, settlement);
    const unscored = { isScored: false };
    assert.deepEqual(await ledger.backfill.stemsFrom('r0b', 'a1', [A, C]), [
      { stem: A, feature: 1, predict: 1, annotate: 0, isScored: true },
      { stem: B, feature: null, predict: null, annotate: null, ...unscored },
      { stem: C, feature: 1, predict: -1, annotate: 40, ...unscored },
    ]);
    assert.equal((await ledger.backfill.stemsFrom('r0b', 'a2', [A, A]))[0]?.isScored, false);
  });
});

test('an annotated stem with new scores that are not wanted does not count as annotated', async (t) => {
  const { ledger, predict, annotate, take } = await world(t);
  await addStem(ledger, A, 1, 1, 1);
  await ledger.backfill.ask('r0b', [wish(A, 'predict', 'predict')]);
  assert.equal(await take(predict), A);
  const settlement = { status: 1, now: NOW, durationMs: 1 } as const;
  const scores = [{ diaObjectId: 1n, diaSourceId: 2n, score: 0.5 }];
  const unwanted = { annotate: { work: annotate, isWanted: false } };
  await ledger.results.recordScores(predict, A, { name: 'r0b', version: 'a2' }, scores, settlement, unwanted);
  assert.equal(await annotate.status(A), undefined);
});

describe('what is taken back', () => {
  test('has the status that it had, whether it was begun, failed or given up; and what is done stays done', async (t) => {
    const { ledger, feature, take, settle, statuses } = await world(t);
    await addStem(ledger, A, 1, 1, 1);
    await addStem(ledger, B, null, null, null);
    await addStem(ledger, C, -1, 1, 1);
    await ledger.backfill.ask('r0b', [wish(A, 'feature', 'feature'), wish(B), wish(C, 'feature', 'feature')]);
    assert.ok((await take(feature)) === A && (await settle(feature, A)));
    assert.equal(await take(feature), B);
    const failure = { status: 99, message: 'bad', dueAt: undefined, now: NOW, durationMs: 1 } as const;
    await feature.fail(B, 'me', failure);
    assert.equal(await take(feature), C);
    assert.equal(await ledger.backfill.cancel('r0b'), 2);
    assert.deepEqual([await statuses(A), await statuses(B), await statuses(C)].map(String), ['1,1,1', ',,', '-1,1,1']);
    assert.deepEqual(await tuplesIn(ledger, 'SELECT stem FROM work'), []);
    assert.equal(await settle(feature, C), false, 'what is done at this moment is not recorded');
    assert.deepEqual([await ledger.backfill.progress(), await ledger.backfill.stems()], [[], []]);
  });

  test('is one VRA’s, and scores that came before are still annotated behind the night', async (t) => {
    const { ledger, predict, annotate, take } = await world(t);
    await addStem(ledger, A, 1, 1, 1);
    await addStem(ledger, B, 1, 1, 1);
    await ledger.backfill.ask('r0b', [wish(A, 'predict', 'annotate')]);
    await ledger.backfill.ask('other', [wish(B)]);
    assert.equal(await take(predict), A);
    const settlement = { status: 1, now: NOW, durationMs: 1 } as const;
    const scores = [{ diaObjectId: 1n, diaSourceId: 2n, score: 0.5 }];
    const wanted = { annotate: { work: annotate, isWanted: true } };
    await ledger.results.recordScores(predict, A, { name: 'r0b', version: 'a2' }, scores, settlement, wanted);
    assert.deepEqual(await annotate.pending(NOW, LEASE_MS), []);
    assert.equal(await ledger.backfill.cancel('r0b'), 0);
    assert.deepEqual(await annotate.pending(NOW, LEASE_MS), [], 'a sweep would take the oldest first');
    assert.equal((await ledger.flow.unannotated('r0b', NOW)).oldest, undefined, 'nor is it late');
    assert.equal(await annotate.nextBackfilled(NOW, LEASE_MS), A);
    assert.deepEqual(await ledger.backfill.stems(), [B]);
  });
});
