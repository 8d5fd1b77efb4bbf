import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollWithPython } from '@lvra/test-servers/kafka/python-consumer';
import { Kafka, logLevel } from 'kafkajs';
import type { FaultCase } from '../../fault-case.js';
import type { FaultWorld } from '../../fault-world.js';
import { untilNotReady, untilReady } from '../../readiness.js';
import { untilRegistered } from '../../registered.js';

/** Other consumers in the consumer's group. */
export const cases: FaultCase[] = [
  {
    name: 'kafka-python-between',
    fault: 'the Python pipeline polls between two runs of the consumer, and leaves its session behind',
    partitions: 2,
    async run(world) {
      await world.startAll();
      for (const round of [1, 2]) {
        await world.load.send(40);
        await untilRegistered(world, round * 60 - 20);
        await world.service('consumer').end('SIGTERM');
        const first = world.load.sent.length;
        await world.load.send(30);
        await world.injected();
        const { brokers } = world.kafka;
        const poll = {
          brokers,
          topic: world.topic,
          groupId: world.topic,
          most: 1_000,
          leaves: false,
          sessionMs: 20_000,
        };
        assert.equal((await pollWithPython(poll)).length, 30);
        // The Python pipeline scores these.
        world.load.sent.splice(first, 30);
        await world.start('consumer', { ready: 'alive' });
        await untilNotReady(world, 'consumer', /has a member of another kind: rdkafka/);
        await world.load.send(20);
        await untilRegistered(world, round * 60);
      }
      world.faultEnded();
      const { stdout } = await world.lvra('verify');
      assert.match(stdout, /^others +60 messages: read by another consumer of the group$/m);
    },
  },
  {
    name: 'kafka-two-topics',
    fault: 'others with another topic in the group: a second consumer service, and a program that leads the group',
    partitions: 4,
    async run(world) {
      const other = await otherTopic(world);
      await world.startAll();
      await world.load.send(40);
      await world.injected();
      const root = mkdtempSync(join(tmpdir(), 'lvra-faults-other-'));
      world.atEnd(() => rmSync(root, { recursive: true, force: true }));
      const ownLedger = Object.fromEntries(Object.keys(world.ledger.environment).map((name) => [name, '']));
      await world.start('consumer', {
        as: 'neighbour',
        environment: { ...ownLedger, LVRA_DATA_ROOT: root, LVRA_MY_TOPIC: other },
      });
      await world.load.send(40);
      await untilRegistered(world, 80);
      await world.service('neighbour').end('SIGTERM');
      await world.service('consumer').end('SIGTERM');

      await world.injected();
      const leave = await leadGroup(world, other);
      await world.start('consumer', { ready: 'alive' });
      await world.load.send(40);
      await untilNotReady(world, 'consumer', /alerts do not come here: .* read by no member of the group/);
      await leave();
      world.faultEnded();
      await untilRegistered(world, 120);
      await untilReady(world, ['consumer']);
    },
  },
];

async function otherTopic(world: FaultWorld): Promise<string> {
  const topic = `${world.topic}-other`;
  await world.kafka.createTopic(topic, 2);
  return topic;
}

/** A program that reads another topic as the group, and shares the partitions out. @returns a function that ends it */
async function leadGroup(world: FaultWorld, topic: string): Promise<() => Promise<void>> {
  const { brokers } = world.kafka;
  const consumer = new Kafka({ clientId: 'foreign', brokers, logLevel: logLevel.NOTHING }).consumer({
    groupId: world.topic,
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ eachMessage: async () => {} });
  await joined;
  return () => consumer.disconnect();
}
