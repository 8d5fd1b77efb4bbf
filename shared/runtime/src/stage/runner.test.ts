import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Bus, Delivery } from '@lvra/bus';
import { StageMisconfigured } from '@lvra/core';
import { execute } from '@lvra/ledger/testing/look-inside';
import { StageWorld, until } from '../testing/stage-world.js';

const [A, B, C] = ['20260301_000001', '20260301_000002', '20260301_000003'] as const;

/** A bus that delivers what a test says, and records how each delivery ended. */
function handBus(subjects: string[]): Bus & { fates: string[] } {
  const fates: string[] = [];
  const deliver = (subject: string): Delivery => ({
    subject,
    ack: () => fates.push(`${subject} ack`),
    nak: () => fates.push(`${subject} nak`),
    working: () => fates.push(`${subject} working`),
  });
  return {
    fates,
    publish: () => Promise.resolve(),
    subscribe: () =>
      Promise.resolve({
        next: async (waitMs: number) => {
          const subject = subjects.shift();
          if (subject !== undefined) return deliver(subject);
          await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, 20)));
          return undefined;
        },
        close: () => Promise.resolve(),
      }),
    problem: () => undefined,
    depth: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}

describe('a running stage', () => {
  test('does what is pending when it starts, oldest first, then what is announced, and announces it', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(B, A);
    world.start(world.runner(world.record));
    await until(
      'the pending stems are done',
      async () => (await world.work.status(A)) === 1 && (await world.work.status(B)) === 1,
    );
    await world.add(C);
    await world.announce(C);
    await until('the announced stem is done', () => world.published.length === 3, 1_000);
    assert.deepEqual(world.performed, [A, B, C]);
    assert.deepEqual(
      world.published.map(({ subject }) => subject),
      [A, B, C].map((stem) => `lvra.features.r0b.${stem}`),
    );
    assert.deepEqual(
      { ...world.published[0]?.message, at: 0 },
      { stem: A, vra: 'r0b', count: 7, path: `csv/${A}.csv`, at: 0 },
    );
    const metrics = await world.metrics.registry.metrics();
    assert.match(metrics, /lvra_stems_total\{stage="feature",vra="r0b",outcome="done",of="night"\} 3/);
    assert.match(metrics, /lvra_stage_rows_total\{stage="feature",vra="r0b",of="night"\} 21/);
    assert.match(metrics, /lvra_stage_ready\{stage="feature",vra="r0b"\} 1/);
  });

  test('finds by its sweep what was never announced', async (t) => {
    const world = await StageWorld.create(t);
    world.start(world.runner(world.record, { sweepMs: 50 }));
    await until('the stage is ready', () => world.logged.some(({ msg }) => msg.includes('ready')));
    await world.add(A);
    await until('the lost stem is done', async () => (await world.work.status(A)) === 1, 1_000);
  });

  for (const told of [true, false]) {
    test(`takes the stem of a replica that was killed when its claim runs out, ${told ? 'told' : 'not told'} of it`, async (t) => {
      const world = await StageWorld.create(t);
      await world.add(A);
      const begun = Date.now();
      await world.work.claim(A, 'killed', begun, 300);
      world.start(world.runner(world.record, { leaseMs: 300, sweepMs: 50 }));
      if (told) await world.announce(A);
      await until('the stem is done', async () => (await world.work.status(A)) === 1, 3_000);
      assert.ok(Date.now() - begun >= 300);
    });
  }

  test('takes a stem that another replica requeued once it is due', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    const now = Date.now();
    await world.work.claim(A, 'other', now, 30_000);
    await world.work.release(A, 'other', { now, ms: 300 }, 'Lasair is busy');
    world.start(world.runner(world.record, { sweepMs: 50 }));
    await until('it is done', async () => (await world.work.status(A)) === 1, 5_000);
    assert.ok(Date.now() - now >= 300);
  });

  test('looks up anew what is pending when a sweep has lasted until the next one', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(B, C);
    const slow: typeof world.record = async (stem, context) => {
      if (stem === B) {
        await world.add(A);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      return world.record(stem, context);
    };
    world.start(world.runner(slow, { sweepMs: 10 }));
    await until('all are done', () => world.areDone(A, B, C));
    assert.deepEqual(world.performed, [B, A, C]);
  });

  test('continues without a pause if a sweep lasts until the next one is due', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B, C);
    const bus = handBus([]);
    let waits = 0;
    const subscription = await bus.subscribe({ filter: '', durable: '', input: String, output: String });
    const next = subscription.next.bind(subscription);
    subscription.next = async (waitMs, signal) => {
      if ((await world.work.status(C)) !== 1) waits++;
      return next(waitMs, signal);
    };
    const slow: typeof world.record = async (stem, context) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return world.record(stem, context);
    };
    world.start(world.runner(slow, { sweepMs: 10, bus: { ...bus, subscribe: () => Promise.resolve(subscription) } }));
    await until('all are done', async () => (await world.work.status(C)) === 1);
    // A pull at NATS lasts a second at least.
    assert.equal(waits, 0);
  });

  test('acknowledges a second delivery and does the stem once', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    const bus = handBus([`lvra.alerts.${A}`, `lvra.alerts.${A}`, 'lvra.alerts.20260301_999999', `lvra.alerts.${B}`]);
    world.start(world.runner(world.record, { bus }));
    await until('all are acknowledged', () => bus.fates.length === 4);
    assert.deepEqual(world.performed, [A]);
    assert.ok(bus.fates.every((fate) => fate.endsWith(' ack')));
  });

  test('keeps a long stem to itself: claim and message are renewed', async (t) => {
    const world = await StageWorld.create(t);
    const subjects: string[] = [];
    const bus = handBus(subjects);
    const slow: typeof world.record = async (stem, context) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return world.record(stem, context);
    };
    world.start(world.runner(slow, { owner: 'slow', bus, leaseMs: 600 }));
    await until('the stage is ready', () => world.logged.some(({ msg }) => msg.includes('ready')));
    await world.add(A);
    subjects.push(`lvra.alerts.${A}`);
    await until('the stem is begun', () => world.performed.length === 1);
    world.start(world.runner(world.record, { owner: 'other', leaseMs: 600, sweepMs: 20 }));
    await until('the stem is done', async () => (await world.work.status(A)) === 1);
    assert.deepEqual(world.performed, [`${A} slow`]);
    await until('the message is acknowledged', () => bus.fates.at(-1) === `lvra.alerts.${A} ack`);
    assert.ok(bus.fates.filter((fate) => fate.endsWith('working')).length >= 4);
  });

  test('does each stem once in three replicas that are told of all', async (t) => {
    const world = await StageWorld.create(t);
    const stems = Array.from({ length: 30 }, (_, n) => `20260301_0001${String(n).padStart(2, '0')}`);
    await world.add(...stems);
    for (const owner of ['x', 'y', 'z']) world.start(world.runner(world.record, { owner, sweepMs: 30 }));
    for (const stem of stems) await world.announce(stem);
    await until('all are done', async () => (await world.work.pending(Date.now(), 30_000)).length === 0);
    assert.deepEqual(world.performed.map((line) => line.slice(0, 15)).sort(), stems);
  });

  test('moves what others commit from the write-ahead log into the database while it has nothing to do', async (t) => {
    const world = await StageWorld.create(t);
    const { name } = world.ledger;
    const size = () => statSync(name).size;
    world.start(world.runner(world.record, { sweepMs: 20 }));
    await until('the stage is ready', () => world.logged.some(({ msg }) => msg.includes('ready')));
    const before = size();
    await execute(world.ledger, 'CREATE TABLE ballast (bytes BLOB)');
    await execute(world.ledger, 'INSERT INTO ballast VALUES (randomblob(100000))');
    await until('it is in the database', () => size() >= before + 100_000);
  });

  test('does not mind a bus that takes nothing', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B);
    const bus = { ...handBus([]), publish: () => Promise.reject(new Error('NATS is away')) };
    world.start(world.runner(world.record, { bus }));
    await until('both are done', async () => (await world.work.status(B)) === 1);
    assert.ok(world.logged.some(({ level, msg }) => level === 'warn' && /NATS is away.*sweep/.test(msg)));
  });
});

describe('stopping', () => {
  test('finishes the current stem and takes no other', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B);
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    world.start(
      world.runner(async (stem, context) => {
        await held;
        return world.record(stem, context);
      }),
    );
    await until('the first is begun', () => world.performed.length === 1);
    const stopped = world.stop();
    finish();
    await stopped;
    assert.deepEqual([await world.work.status(A), await world.work.status(B)], [1, 0]);
  });

  test('hands a message back that comes while it stops', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    const bus = handBus([]);
    let comes: (delivery: Delivery) => void = () => {};
    const subscription = await bus.subscribe({ filter: '', durable: '', input: String, output: String });
    const [delivery] = [
      {
        subject: `lvra.alerts.${B}`,
        ack: () => bus.fates.push('ack'),
        nak: () => bus.fates.push('nak'),
        working() {},
      },
    ];
    subscription.next = () =>
      new Promise((resolve) => {
        comes = resolve;
      });
    world.start(world.runner(world.record, { bus: { ...bus, subscribe: () => Promise.resolve(subscription) } }));
    await until('the sweep is over', async () => (await world.work.status(A)) === 1);
    const stopped = world.stop();
    await world.add(B);
    comes(delivery);
    await stopped;
    assert.deepEqual([bus.fates, await world.work.status(B)], [['nak'], 0]);
  });

  test('ends a wait for messages at once', async (t) => {
    const world = await StageWorld.create(t);
    world.start(world.runner(world.record));
    await until('the stage is ready', () => world.logged.some(({ msg }) => msg.includes('ready')));
    const begun = performance.now();
    await world.stop();
    assert.ok(performance.now() - begun < 4_000);
  });
});

describe('a stage that is not ready', () => {
  test('says why, marks the stems that wait, and resumes when it can', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    let token = '';
    const prepare = () =>
      token === '' ? Promise.reject(new StageMisconfigured(41, 'there is no token: set one')) : Promise.resolve();
    const runner = world.runner(world.record, { prepare, sweepMs: 3 });
    assert.equal(runner.notReady(), 'feature-r0b: starting');
    world.start(runner);
    await until('the stem shows it', async () => (await world.work.status(A)) === 41);
    assert.equal(runner.notReady(), 'feature-r0b: there is no token: set one');
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(world.logged.filter(({ level }) => level === 'error').length, 1);
    assert.match(await world.metrics.registry.metrics(), /lvra_stage_ready\{stage="feature",vra="r0b"\} 0/);
    token = 'secret';
    await until('the stem is done', async () => (await world.work.status(A)) === 1);
    assert.equal(runner.notReady(), undefined);
    assert.equal((await world.ledger.events.ofStem(A)).length, 1);
  });

  test('because another replica paused it waits too, in the middle of a sweep and with a delivered message', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B);
    const bus = handBus([]);
    const runner = world.runner(
      async (stem, context) => {
        await world.work.pause({ now: Date.now(), ms: 400 }, 'Lasair: too many calls');
        return world.record(stem, context);
      },
      { bus, sweepMs: 20 },
    );
    world.start(runner);
    await until('the first is done', async () => (await world.work.status(A)) === 1);
    await until('the stage waits', () => /paused until .*Z: Lasair: too many calls/.test(runner.notReady() ?? ''));
    assert.equal(await world.work.status(B), 0);
    await until('the second is done after the pause', async () => (await world.work.status(B)) === 1);
  });
});
