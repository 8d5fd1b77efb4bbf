import assert from 'node:assert/strict';
import { cutTail } from '@lvra/test-servers/kafka/tail';
import { Kafka, logLevel } from 'kafkajs';
import type { FaultCase } from '../../fault-case.js';
import { untilRegistered } from '../../registered.js';

/** Kafka loses the end of its log, as in a power cut with one replica; others take the offsets of what it lost. */
export const cases: FaultCase[] = [
  {
    name: 'kafka-tail-lost',
    fault:
      'the end of the topic lost and written again: with fewer, as many and more messages; the consumer up and down',
    kafka: 'own',
    async run(world, random) {
      await world.startAll();
      await world.load.send(100);
      await untilRegistered(world, 100);
      for (const [lost, again] of [
        [15, 10],
        [40, 40],
        [25, 60],
      ] as const) {
        const end = await endOf(world.kafka.brokers, world.topic);
        const isDown = random.chance(0.5);
        if (isDown) await world.service('consumer').end('SIGTERM');
        await world.injected();
        await world.kafka.kill();
        cutTail(world.kafka.logDir, world.topic, 0, end - lost);
        await world.kafka.restart();
        await world.load.send(again);
        if (isDown) await world.start('consumer');
        await untilRegistered(world, world.load.sent.length);
      }
      world.faultEnded();
      const { stdout } = await world.lvra('verify');
      assert.equal(stdout.match(/had lost its end when it was read/g)?.length, 3, stdout);
    },
  },
];

/** The offset that the next message will get. */
async function endOf(brokers: string[], topic: string): Promise<number> {
  const admin = new Kafka({ clientId: 'tail', brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const [offsets] = await admin.fetchTopicOffsets(topic);
    return Number(offsets?.high);
  } finally {
    await admin.disconnect();
  }
}
