import { readFileSync } from 'node:fs';
import { Kafka, logLevel } from 'kafkajs';
import type { NoopOrder, NoopReport } from './noop-consumer.js';

/**
 * The least that reading alerts with kafkajs takes: every message is delivered and let go. With `parse`, each is
 * followed by one JSON.parse of a text that lies ready, so that both floors are measured at the same time as what stands
 * on them.
 */
const order: NoopOrder = JSON.parse(process.argv[2] as string);
const texts = order.texts === undefined ? [] : (JSON.parse(readFileSync(order.texts, 'utf8')) as string[]);

let messages = 0;
let parseMs = 0;
let next = 0;

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function parse(count: number): void {
  const begun = cpuMs();
  for (let i = 0; i < count; i++) JSON.parse(texts[next++ % texts.length] as string);
  parseMs += cpuMs() - begun;
}

// As much at once as the consumer service asks for.
const consumer = new Kafka({
  clientId: 'bench-noop',
  brokers: [...order.brokers],
  logLevel: logLevel.NOTHING,
}).consumer({
  groupId: order.groupId,
  maxBytes: 4 * 1024 * 1024,
  maxBytesPerPartition: 1024 * 1024,
  maxWaitTimeInMs: 500,
});
await consumer.connect();
await consumer.subscribe({ topic: order.topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    messages += batch.messages.length;
    if (texts.length > 0) parse(batch.messages.length);
  },
});

process.on('message', () => {
  process.send?.({ messages, cpuMs: cpuMs(), parseMs } satisfies NoopReport);
});
process.on('disconnect', () => process.exit());
