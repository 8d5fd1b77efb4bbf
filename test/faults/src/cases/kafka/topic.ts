import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../../fault-case.js';
import type { FaultWorld } from '../../fault-world.js';
import { untilNotReady, untilReady } from '../../readiness.js';
import { registered, untilRegistered } from '../../registered.js';

/** Lasair deletes a topic and creates it again when its filter is saved; the same offsets then hold other alerts. */
export const cases: FaultCase[] = [
  {
    name: 'kafka-topic-again',
    fault: 'topic created again while the consumer is down: shorter, as long, grown past the old place',
    async run(world) {
      await world.startAll();
      for (const length of [10, 40, 90]) {
        await world.load.send(40);
        await untilRegistered(world, world.load.sent.length);
        await world.service('consumer').end('SIGTERM');
        await createAgain(world);
        await world.load.send(length);
        await world.start('consumer');
        await untilRegistered(world, world.load.sent.length);
        // The next round begins with a topic whose length is the sum of both.
        await world.service('consumer').end('SIGTERM');
        await world.kafka.deleteTopic(world.topic);
        await world.kafka.createTopic(world.topic);
        await world.start('consumer');
      }
      world.faultEnded();
    },
  },
  {
    name: 'kafka-topic-while-read',
    fault: 'topic created again while it is read, with a batch open',
    settings: { LVRA_BATCH_SECONDS: '15' },
    recoversWithinMs: 60_000,
    async run(world, random) {
      await world.startAll();
      for (const length of [10, 60]) {
        const before = await registered(world);
        // As one batch of Kafka, so that the five that stay in the open batch have been read when the 20 are registered.
        await world.load.deliver(world.load.take(25));
        await untilRegistered(world, before + 20);
        await sleep(random.between(600, 1_200));
        await createAgain(world);
        await world.load.send(length);
        await untilRegistered(world, world.load.sent.length);
      }
      world.faultEnded();
    },
  },
  {
    name: 'kafka-topic-unknown',
    fault: 'no topic at the start',
    async run(world) {
      await world.kafka.deleteTopic(world.topic);
      await world.start('consumer', { ready: 'alive' });
      await world.injected();
      await world.startAll();
      await untilNotReady(world, 'consumer', /does not exist at/);
      await world.kafka.createTopic(world.topic);
      world.faultEnded();
      await world.load.send(40);
      await untilReady(world, ['consumer']);
    },
  },
];

async function createAgain(world: FaultWorld): Promise<void> {
  await world.injected();
  await world.kafka.deleteTopic(world.topic);
  await world.kafka.createTopic(world.topic);
}
