import { Kafka, logLevel } from 'kafkajs';
import type { NoopOrder, NoopReport } from './noop-consumer.js';

// The least that reading alerts with kafkajs takes: every message is delivered and let go.
const { brokers, topic, groupId }: NoopOrder = JSON.parse(process.argv[2] as string);
let messages = 0;

// As much at once as the consumer service asks for.
const consumer = new Kafka({ clientId: 'bench-noop', brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({
  groupId,
  maxBytes: 4 * 1024 * 1024,
  maxBytesPerPartition: 1024 * 1024,
  maxWaitTimeInMs: 500,
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    messages += batch.messages.length;
  },
});

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ messages, cpuMs: (user + system) / 1000 } satisfies NoopReport);
});
process.on('disconnect', () => process.exit());
