import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { simulateAlerts } from '@lvra/shared/simulator/simulator';
import { type KafkaServer, startKafka } from '@lvra/test-servers/kafka';
import { pollWithPython } from '@lvra/test-servers/python-consumer';
import { Kafka, logLevel } from 'kafkajs';
import { runLvra, temporaryFolder } from '../testing/run-lvra.js';

const TOPIC = 'lasair_18lvra-fodder';
const GROUP = 'team';

describe('lvra run --once from Kafka', () => {
  const { folder, remove } = temporaryFolder();
  let kafka: KafkaServer;
  before(async () => {
    kafka = await startKafka({ version: '3.9', topics: [TOPIC] });
  });
  after(async () => {
    await kafka?.stop();
    remove();
  });

  test('waits for the session of the Python pipeline, for longer than it waits for alerts', async () => {
    const producer = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const alerts = simulateAlerts({ seed: 7, forms: 'full', meanSources: 4 });
    const messages = Array.from({ length: 30 }, () => ({ value: alerts.next().value?.text ?? '' }));
    await producer.send({ topic: TOPIC, messages: messages.slice(0, 10) });
    const poll = { brokers: kafka.brokers, topic: TOPIC, groupId: GROUP, most: 10 };
    assert.equal((await pollWithPython({ ...poll, leaves: false, sessionMs: 30_000 })).length, 10);
    await producer.send({ topic: TOPIC, messages: messages.slice(10) });
    await producer.disconnect();

    const ran = await runLvra(['run', '--once', '--dry-run'], {
      LVRA_DATA_ROOT: folder,
      LVRA_KAFKA_SERVER: kafka.brokers.join(','),
      LVRA_MY_TOPIC: TOPIC,
      LVRA_GROUP_ID: GROUP,
      LVRA_BATCH_SECONDS: '0.5',
    });
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /^20 alerts in, /m);
    assert.match(`${ran.stdout}${ran.stderr}`, /the group team has a member of another kind: rdkafka at 127\.0\.0\.1/);
  });
});
