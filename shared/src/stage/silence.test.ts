import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Bus } from '../bus/bus.js';
import { StageWorld, until as untilBy } from '../testing/stage-world.js';

const [A, B] = ['20260301_000001', '20260301_000002'] as const;
const MINUTE_MS = 60_000;

/** On the clock that goes on by five seconds with each look at the bus. */
const until = (description: string, what: () => boolean) => untilBy(description, what, 300 * 60 * MINUTE_MS);

/**
 * A stage on a bus whose waiting costs no time: the clock that the loop asks goes on by as much as it would wait.
 * `queue` holds the stems that the bus has to say.
 *
 * @param afterWait told how many times the stage has waited for nothing: five seconds each, up to the sweep of a minute
 */
function listeningStage(t: TestContext, afterWait: (times: number) => void = () => {}) {
  const world = new StageWorld(t);
  const queue: string[] = [];
  let ahead = 0;
  let waits = 0;
  const now = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => now() + ahead);
  const bus: Bus = {
    publish: () => Promise.resolve(),
    subscribe: () =>
      Promise.resolve({
        next: async (waitMs: number) => {
          await new Promise((resolve) => setTimeout(resolve, 2));
          const stem = queue.shift();
          if (stem !== undefined)
            return { subject: `lvra.alerts.${stem}`, ack: () => {}, working: () => {}, giveBack: () => {} };
          ahead += waitMs;
          afterWait(++waits);
          return undefined;
        },
        close: () => Promise.resolve(),
      }),
    trouble: () => undefined,
    depth: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
  const pass = (ms: number) => {
    ahead += ms;
  };
  const wasCalledSilent = () => world.logged.some(({ msg }) => msg.includes('the consumer at NATS is silent'));
  return { world, queue, bus, pass, wasCalledSilent };
}

const isReady = (world: StageWorld) => world.logged.some(({ msg }) => msg.endsWith('is ready'));

describe('a bus is called silent', () => {
  test('where the stage listens and a sweep finds what was not announced', async (t) => {
    const { world, bus, wasCalledSilent } = listeningStage(t);
    world.start(world.runner(world.record, { bus }));
    await until('it listens', () => isReady(world));
    world.add(A);
    await until('the sweep has done it', () => world.work.status(A) === 1);
    await until('it is told', wasCalledSilent);
    assert.match(await world.metrics.registry.metrics(), /lvra_bus_silent_total\{stage="feature",vra="r0b"\} 1/);
  });

  test('but not after the stage itself has stood still', async (t) => {
    const { world, queue, bus, pass, wasCalledSilent } = listeningStage(t);
    world.start(world.runner(world.record, { bus }));
    await until('it listens', () => isReady(world));
    world.work.pause({ now: Date.now(), ms: 400 }, 'as after a locked ledger');
    await until('it stands still', () => world.logged.some(({ msg }) => msg.includes('does not work: paused')));
    world.add(A);
    queue.push(A);
    pass(10 * MINUTE_MS);
    await until('it is done', () => world.work.status(A) === 1);
    await until('its message is taken', () => queue.length === 0);
    assert.equal(wasCalledSilent(), false);
  });

  test('but not for a quiet time before it stood still', async (t) => {
    const { world, queue, bus, pass, wasCalledSilent } = listeningStage(t, (times) => {
      if (times !== 4) return;
      world.work.pause({ now: Date.now(), ms: 100 }, 'as after a locked ledger');
      world.add(A);
      queue.push(A);
      pass(10 * MINUTE_MS);
    });
    world.start(world.runner(world.record, { bus }));
    await until('it is done', () => world.work.status(A) === 1);
    await until('its message is taken', () => queue.length === 0);
    assert.equal(wasCalledSilent(), false);
  });

  test('but not for a quiet time before its last word', async (t) => {
    const { world, queue, bus, pass, wasCalledSilent } = listeningStage(t, (times) => {
      if (times !== 11) return;
      world.add(A);
      queue.push(A);
    });
    const thenSweep: typeof world.record = (stem, context) => {
      if (stem === A) {
        world.add(B);
        pass(6_000);
      }
      return world.record(stem, context);
    };
    world.start(world.runner(thenSweep, { bus }));
    await until('both are done', () => world.work.status(A) === 1 && world.work.status(B) === 1);
    assert.equal(wasCalledSilent(), false);
  });

  test('but not after a stem that took long', async (t) => {
    const { world, queue, bus, pass, wasCalledSilent } = listeningStage(t);
    world.add(A);
    const slowly: typeof world.record = (stem, context) => {
      if (stem === A) {
        pass(10 * MINUTE_MS);
        world.add(B);
        queue.push(B);
      }
      return world.record(stem, context);
    };
    queue.push(A);
    world.work.claim(A, 'somebody else, until the first sweep is over', Date.now(), 30_000);
    world.start(world.runner(slowly, { bus }));
    await until('it listens', () => queue.length === 0);
    world.work.release(A, 'somebody else, until the first sweep is over', { now: Date.now(), ms: 0 }, null);
    queue.push(A);
    await until('both are done', () => world.work.status(A) === 1 && world.work.status(B) === 1);
    await until('all messages are taken', () => queue.length === 0);
    assert.equal(wasCalledSilent(), false);
  });
});
