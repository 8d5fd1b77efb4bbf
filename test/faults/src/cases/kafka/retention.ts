import assert from 'node:assert/strict';
import { Kafka, logLevel } from 'kafkajs';
import type { FaultCase } from '../../fault-case.js';
import { untilRegistered } from '../../registered.js';

/** Kafka removes messages before they are read: those are lost, and nothing else may be. */
export const cases: FaultCase[] = [
  {
    name: 'kafka-retention',
    fault: 'offsets gone past retention',
    async run(world) {
      await world.startAll();
      await world.load.send(40);
      await untilRegistered(world, 40);
      await world.service('consumer').end('SIGTERM');
      await world.load.send(50);
      await world.injected();
      const removed = 30;
      await removeBefore(world.kafka.brokers, world.topic, 40 + removed);
      world.load.sent.splice(40, removed);
      await world.start('consumer');
      world.faultEnded();
      await untilRegistered(world, 60);
      const said = world.service('consumer').lines.join('\n');
      assert.match(said, new RegExp(`${removed} messages of .* are gone: Kafka's retention removed them`));
    },
  },
];

async function removeBefore(brokers: string[], topic: string, offset: number): Promise<void> {
  const admin = new Kafka({ clientId: 'retention', brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    // Otherwise it does not know the leaders.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
  } finally {
    await admin.disconnect();
  }
}
