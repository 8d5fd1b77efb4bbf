import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RetryLater, StemFailed } from '@lvra/core';
import { type Perform, StageWorld, until } from '../testing/stage-world.js';
import { InHand } from './in-hand.js';

const PAST = Array.from({ length: 6 }, (_, second) => `20260201_00000${second}`) as [string, ...string[]];
const [TONIGHT, LATER] = ['20260301_000001', '20260301_000002'] as const;
const ended = Promise.resolve();
const never = new AbortController().signal;

const isOver = async (world: StageWorld) => (await world.ledger.backfill.progress()).length === 0;

describe('the past is done behind the night', () => {
  for (const isAnnounced of [true, false]) {
    test(`a stem that comes in between is next, ${isAnnounced ? 'announced' : 'found by the sweep'}`, async (t) => {
      const world = await StageWorld.create(t);
      await world.addPast(...PAST);
      const perform: Perform = async (stem, context) => {
        if (stem === PAST[2]) {
          await world.add(TONIGHT);
          if (isAnnounced) await world.announce(TONIGHT);
        }
        return world.record(stem, context);
      };
      world.start(world.runner(perform, { sweepMs: 20 }));
      await until('all is done', () => isOver(world));
      assert.deepEqual(world.performed, [...PAST.slice(0, 3), TONIGHT, ...PAST.slice(3)]);
    });
  }

  test('none is begun while another stage of the process works on a stem', async (t) => {
    const world = await StageWorld.create(t);
    const inHand = new InHand();
    let finish = () => {};
    const elsewhere = inHand.hold(() => new Promise<void>((resolve) => (finish = resolve)));
    await world.addPast(PAST[0]);
    await world.add(TONIGHT);
    world.start(world.runner(world.record, { inHand, sweepMs: 20 }));
    await until('the stem of the night is done', async () => (await world.work.status(TONIGHT)) === 1);
    // Far more turns than one: the past had its chances.
    await world.add(LATER);
    await until('another one too', async () => (await world.work.status(LATER)) === 1);
    assert.equal(await world.work.status(PAST[0]), 1, 'it has the status that it had');
    assert.deepEqual(world.performed, [TONIGHT, LATER]);
    finish();
    await elsewhere;
    await until('the past is done', () => isOver(world));
    assert.deepEqual(world.performed, [TONIGHT, LATER, PAST[0]]);
  });

  test('none is begun while a stem waits for another stage of the process, though it is not heard of there', async (t) => {
    const world = await StageWorld.create(t);
    const inHand = new InHand();
    let isWaitedFor = true;
    inHand.join(async () => isWaitedFor);
    await world.addPast(PAST[0]);
    await world.add(TONIGHT);
    world.start(world.runner(world.record, { inHand, sweepMs: 20 }));
    await until('the stem of the night is done', async () => (await world.work.status(TONIGHT)) === 1);
    await world.add(LATER);
    await until('another one too', async () => (await world.work.status(LATER)) === 1);
    assert.deepEqual(world.performed, [TONIGHT, LATER]);
    isWaitedFor = false;
    await until('the past is done', () => isOver(world));
  });

  test('the task is told, and nothing is announced', async (t) => {
    const world = await StageWorld.create(t);
    await world.addPast(PAST[0]);
    await world.add(TONIGHT);
    const told: [string, boolean | undefined][] = [];
    const perform: Perform = (stem, context) => {
      told.push([stem, context.isBackfilled]);
      return world.record(stem, context);
    };
    assert.equal(await world.runner(perform).drain(ended, never), undefined);
    assert.deepEqual(told, [
      [TONIGHT, false],
      [PAST[0], true],
    ]);
    assert.deepEqual(
      world.published.map(({ message }) => message.stem),
      [TONIGHT],
    );
  });

  test('what it does is counted apart from the night, failures too', async (t) => {
    const world = await StageWorld.create(t);
    const failing = '20260201_000009';
    await world.addPast(PAST[0], failing);
    await world.add(TONIGHT);
    const perform: Perform = (stem, context) =>
      stem === failing ? Promise.reject(new StemFailed(30, 'no key')) : world.record(stem, context);
    await world.runner(perform).drain(ended, never);
    const page = await world.metrics.registry.metrics();
    const counted = page.split('\n').filter((line) => /^lvra_st(ems|age_rows)_total\{.* [1-9]/.test(line));
    assert.deepEqual(counted.sort(), [
      'lvra_stage_rows_total{stage="feature",vra="r0b",of="backfill"} 7',
      'lvra_stage_rows_total{stage="feature",vra="r0b",of="night"} 7',
      'lvra_stems_total{stage="feature",vra="r0b",outcome="done",of="backfill"} 1',
      'lvra_stems_total{stage="feature",vra="r0b",outcome="done",of="night"} 1',
      'lvra_stems_total{stage="feature",vra="r0b",outcome="failed",of="backfill"} 1',
    ]);
  });

  test('the task is told of it also where a message brought the stem', async (t) => {
    const world = await StageWorld.create(t);
    await world.addPast(PAST[0]);
    await world.work.beginBackfilled(PAST[0]);
    const inHand = new InHand();
    // Busy elsewhere, so that the stage itself takes none.
    inHand.join(async () => true);
    const told: (boolean | undefined)[] = [];
    const perform: Perform = (stem, context) => {
      told.push(context.isBackfilled);
      return world.record(stem, context);
    };
    world.start(world.runner(perform, { inHand }));
    await world.announce(PAST[0]);
    await until('it is done', () => isOver(world));
    assert.deepEqual(told, [true]);
  });

  test('what requeues one holds the others too, and no stem of the night', async (t) => {
    const world = await StageWorld.create(t);
    await world.addPast(...PAST);
    const perform: Perform = (stem, context) =>
      PAST.includes(stem) ? Promise.reject(new RetryLater(3_600_000, 'not now')) : world.record(stem, context);
    world.start(world.runner(perform, { sweepMs: 10 }));
    await until('one is requeued', () => world.performed.length === 1);
    for (const stem of [TONIGHT, LATER]) {
      await world.add(stem);
      await until('the night continues', async () => (await world.work.status(stem)) === 1);
    }
    assert.deepEqual(world.performed, [PAST[0], TONIGHT, LATER]);
  });
});

describe('a run that ends', () => {
  test('does all of a backfill, each stem once, and tells what failed', async (t) => {
    const world = await StageWorld.create(t);
    await world.addPast(...PAST);
    const perform: Perform = (stem, context) =>
      stem === PAST[1] ? Promise.reject(new StemFailed(30, 'no key')) : world.record(stem, context);
    assert.equal(await world.runner(perform).drain(ended, never), `feature-r0b: ${PAST[1]}: no key`);
    assert.deepEqual(world.performed, PAST);
    assert.equal((await world.ledger.backfill.progress())[0]?.done, PAST.length - 1);
  });

  test('goes on with the night though its backfill must wait', async (t) => {
    const world = await StageWorld.create(t);
    await world.addPast(...PAST);
    let close = () => {};
    const source = new Promise<void>((resolve) => (close = resolve));
    const perform: Perform = (stem, context) => {
      if (PAST.includes(stem)) return Promise.reject(new RetryLater(3_600_000, 'not now'));
      close();
      return world.record(stem, context);
    };
    const drained = world.runner(perform).drain(source, never, false);
    await until('a stem of the backfill is requeued', () => world.performed.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    await world.add(TONIGHT);
    assert.equal(await drained, undefined, 'what is left of the backfill is no problem of this run');
    assert.deepEqual(world.performed, [PAST[0], TONIGHT]);
    const all = await world.runner(perform).drain(ended, never);
    assert.equal(all, `feature-r0b: ${PAST[1]}: not now`);
  });

  test('or only as much of it as there is time for while alerts may come', async (t) => {
    const world = await StageWorld.create(t);
    await world.addPast(...PAST);
    let close = () => {};
    const source = new Promise<void>((resolve) => (close = resolve));
    const perform: Perform = (stem, context) => {
      if (stem === PAST[1]) close();
      return world.record(stem, context);
    };
    assert.equal(await world.runner(perform).drain(source, never, false), undefined);
    assert.deepEqual(world.performed, PAST.slice(0, 2));
    assert.equal(await world.work.status(PAST[2] as string), 1, 'the others are as they were');
  });
});
