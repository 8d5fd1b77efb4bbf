import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Broker } from '@lvra/consumer/testing/kafka';
import { simulateAlerts } from '@lvra/simulator';
import { startKafka } from '@lvra/test-servers/kafka/brokers';
import { drainKafka } from '../testing/drain-kafka.js';
import { ScoredNights } from '../testing/scored-nights.js';

/** Messages of a filter. */
function messages(count: number, seed: number): string[] {
  const alerts = simulateAlerts({ seed, forms: 'full', revisits: 0, meanSources: 4 });
  return Array.from({ length: count }, () => alerts.next().value.text);
}

describe('lvra verify --kafka', { concurrency: true }, () => {
  let broker: Broker;
  before(async () => {
    broker = await Broker.of(await startKafka({ version: '3.9' }));
  });
  after(() => broker?.stop());

  /** Reads a topic to its end and verifies. */
  async function readAndVerify(nights: ScoredNights, topic: string): Promise<{ alerts: number; unread: number }> {
    const environment = {
      LVRA_KAFKA_SERVER: broker.server.brokers.join(','),
      LVRA_MY_TOPIC: topic,
      LVRA_GROUP_ID: `group-of-${topic}`,
    };
    const settings = { ...nights.environment, ...environment, LVRA_BATCH_SECONDS: '0.5' };
    // Every 10 s the consumer records that behind its place nothing is left to read.
    assert.deepEqual(await drainKafka(settings, 12_000), []);
    const verified = await nights.run(['verify', '--kafka', '--json'], environment);
    const { findings, counts } = JSON.parse(verified.stdout);
    assert.deepEqual(findings, []);
    return counts;
  }

  test('finds nothing wrong with a topic of transactions, of which one was aborted', async (t) => {
    const nights = await ScoredNights.empty(t);
    const topic = await broker.newTopic();
    const transactions = await broker.transactions();
    t.after(() => transactions.end());
    const texts = messages(38, 77);
    // As in the case verify-transactions; and one that is aborted at the very end.
    await transactions.send(topic, texts.slice(0, 10), 'commit');
    await transactions.send(topic, texts.slice(10, 20), 'abort');
    await transactions.send(topic, texts.slice(20, 30), 'commit');
    await transactions.send(topic, texts.slice(30, 35), 'commit');
    await transactions.send(topic, texts.slice(35), 'abort');
    const { alerts, unread } = await readAndVerify(nights, topic);
    assert.deepEqual([alerts, unread], [25, 0]);
  });

  test('finds nothing wrong with a compacted topic', async (t) => {
    const nights = await ScoredNights.empty(t);
    const topic = 'lasair_18-compacted';
    const settings = { 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01' };
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await broker.admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
    for (const [n, value] of messages(20, 78).entries()) {
      await broker.producer.send({ topic, messages: [{ key: String(n % 4), value }] });
      await delay(110);
    }
    const deadline = Date.now() + 60_000;
    while ((await broker.held(topic)) >= 10 && Date.now() < deadline) await delay(200);
    const held = await broker.held(topic);
    assert.ok(held < 10, `${held} messages are left`);
    const { alerts, unread } = await readAndVerify(nights, topic);
    assert.deepEqual([alerts, unread], [held, 0]);
  });
});
