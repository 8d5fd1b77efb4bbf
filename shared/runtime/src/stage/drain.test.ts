import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RetryLater, STATUS, StageMisconfigured, StagePaused, StemFailed } from '@lvra/core';
import { StageWorld, until } from '../testing/stage-world.js';

const [A, B, C] = ['20260301_000001', '20260301_000002', '20260301_000003'] as const;
const upstreamEnded = Promise.resolve();
const never = new AbortController().signal;

function opened(): { upstream: Promise<void>; end: () => void } {
  let end = () => {};
  const upstream = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { upstream, end };
}

test('everything that is pending is done, oldest first, and then it ends', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(C, A, B);
  assert.equal(await world.runner(world.record).drain(upstreamEnded, never), undefined);
  assert.deepEqual(world.performed, [A, B, C]);
});

test('with nothing to do it ends at once', async (t) => {
  const world = await StageWorld.create(t);
  const begun = performance.now();
  assert.equal(await world.runner(world.record).drain(upstreamEnded, never), undefined);
  assert.ok(performance.now() - begun < 4_000);
});

test('stems that the stage before adds until it ends are done too, announced or not', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A);
  const { upstream, end } = opened();
  const drained = world.runner(world.record).drain(upstream, never);
  await until('the first is done', async () => (await world.work.status(A)) === 1);
  await world.add(B);
  await world.announce(B);
  await until('the announced is done', async () => (await world.work.status(B)) === 1, 1_000);
  await world.add(C);
  end();
  assert.equal(await drained, undefined);
  assert.equal(await world.work.status(C), 1);
});

test('it ends if the stage before ended with an error', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A);
  const failed = Promise.reject(new Error('the consumer is down'));
  assert.equal(await world.runner(world.record).drain(failed, never), undefined);
  assert.equal(await world.work.status(A), 1);
});

test('a stem that fails is tried once and named, and the others are done', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A, B);
  const runner = world.runner((stem, context) =>
    stem === A ? Promise.reject(new StemFailed(STATUS.keyMissing, 'no key')) : world.record(stem, context),
  );
  assert.equal(await runner.drain(upstreamEnded, never), `feature-r0b: ${A}: no key`);
  assert.deepEqual(world.performed, [A, B]);
});

test('a stem that failed before this run keeps waiting, and is no failure of this run', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A);
  const now = Date.now();
  await world.work.claim(A, 'before', now, 30_000);
  await world.work.fail(A, 'before', { status: 30, message: 'no key', dueAt: now + 60_000, now, durationMs: 1 });
  assert.equal(await world.runner(world.record).drain(upstreamEnded, never), undefined);
  assert.deepEqual(world.performed, []);
});

test('a stem that is requeued for a moment is done within the run', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A, B);
  const runner = world.runner((stem, context) =>
    stem === A && world.performed.filter((each) => each === A).length < 3
      ? Promise.reject(new RetryLater(80, 'busy'))
      : world.record(stem, context),
  );
  assert.equal(await runner.drain(upstreamEnded, never), undefined);
  assert.deepEqual(world.performed, [A, B, A, A]);
});

test('a stem that is requeued again and again, or for long, ends the run unfinished', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A, B);
  const runner = world.runner((stem) => Promise.reject(new RetryLater(stem === A ? 1 : 600_000, `${stem} must wait`)));
  assert.match((await runner.drain(upstreamEnded, never)) ?? '', /must wait$/);
  assert.deepEqual(
    [world.performed.filter((stem) => stem === A).length, world.performed.filter((stem) => stem === B).length],
    [6, 1],
  );
});

test('two stems requeued for long, one after the other, end the run; the others stay pending', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A, B, C);
  const runner = world.runner((stem) => Promise.reject(new RetryLater(30_000, `${stem}: no answer`)));
  const begun = performance.now();
  assert.match((await runner.drain(upstreamEnded, never)) ?? '', /no answer$/);
  assert.ok(performance.now() - begun < 2_000);
  assert.deepEqual(world.performed, [A, B]);
  assert.equal(await world.work.status(C), 0);
});

test('a stem requeued for long does not keep the others from being done', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A, B, C);
  const runner = world.runner((stem, context) =>
    stem === B ? world.record(stem, context) : Promise.reject(new RetryLater(30_000, 'busy')),
  );
  assert.match((await runner.drain(upstreamEnded, never)) ?? '', /busy$/);
  assert.deepEqual(world.performed, [A, B, C]);
});

test('the stem of a run that was killed is waited for and done', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A);
  await world.work.claim(A, 'killed', Date.now(), 400);
  assert.equal(await world.runner(world.record, { leaseMs: 400 }).drain(upstreamEnded, never), undefined);
  assert.equal(await world.work.status(A), 1);
});

test('a stem that another process holds is waited for, however long it takes', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A);
  await world.work.claim(A, 'other', Date.now(), 2_000);
  const renewing = setInterval(() => void world.work.renew(A, 'other', Date.now(), 2_000), 50);
  setTimeout(() => {
    clearInterval(renewing);
    void world.ledger.results.recordFeatures(world.work, A, [], [], { status: 1, now: Date.now(), durationMs: 1 });
  }, 600);
  assert.equal(await world.runner(world.record, { leaseMs: 2_000 }).drain(upstreamEnded, never), undefined);
  assert.deepEqual([await world.work.status(A), world.performed], [1, []]);
});

test('a stage that is not ready says why when the stage before has ended, with every stem marked', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A);
  const { upstream, end } = opened();
  const prepare = () => Promise.reject(new StageMisconfigured(STATUS.noLasairClient, 'there is no token'));
  const drained = world.runner(world.record, { prepare, sweepMs: 3 }).drain(upstream, never);
  await until('the first is marked', async () => (await world.work.status(A)) === 41);
  await world.add(B);
  end();
  assert.equal(await drained, 'feature-r0b: there is no token');
  assert.deepEqual([await world.work.status(A), await world.work.status(B)], [41, 41]);
});

test('a pause of another run is kept, and one of this run ends it', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A, B);
  await world.work.pause({ now: Date.now(), ms: 60_000 }, 'too many calls');
  assert.match((await world.runner(world.record).drain(upstreamEnded, never)) ?? '', /paused until .*too many calls/);
  assert.deepEqual(world.performed, []);
  await world.work.pause({ now: Date.now(), ms: -1 }, 'over');
  const refused = world.runner(() => Promise.reject(new StagePaused(60_000, STATUS.lasairRefused, 'no token')));
  assert.match((await refused.drain(upstreamEnded, never)) ?? '', /paused until .*no token/);
  assert.deepEqual([world.performed, await world.work.status(A), await world.work.status(B)], [[A], 40, 0]);
});

test('a signal ends it after the current stem', async (t) => {
  const world = await StageWorld.create(t);
  await world.add(A, B);
  const stop = new AbortController();
  const runner = world.runner((stem, context) => {
    stop.abort();
    return world.record(stem, context);
  });
  assert.equal(
    await runner.drain(new Promise(() => {}), stop.signal),
    'feature-r0b: stopped before everything was done',
  );
  assert.deepEqual([await world.work.status(A), await world.work.status(B)], [1, 0]);
});
