import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Ledger } from '@lvra/ledger';
import { simulateAlerts } from '@lvra/simulator';
import { dataPaths } from '@lvra/store';
import { type KafkaServer, startKafka } from '@lvra/test-servers/kafka/brokers';
import { pollWithPython } from '@lvra/test-servers/kafka/python-consumer';
import { Kafka, logLevel } from 'kafkajs';
import { drainKafka } from '../../testing/drain-kafka.js';
import { temporaryFolder } from '../../testing/run-lvra.js';

const TOPIC = 'lasair_18lvra-fodder';
const GROUP = 'team';

describe('a drain of Kafka', () => {
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
    assert.equal((await pollWithPython({ ...poll, leaves: false, sessionMs: 10_000 })).length, 10);
    await producer.send({ topic: TOPIC, messages: messages.slice(10) });
    await producer.disconnect();

    const troubles = await drainKafka(
      {
        LVRA_DATA_ROOT: folder,
        LVRA_DRY_RUN: 'yes',
        LVRA_KAFKA_SERVER: kafka.brokers.join(','),
        LVRA_MY_TOPIC: TOPIC,
        LVRA_GROUP_ID: GROUP,
        LVRA_BATCH_SECONDS: '0.5',
      },
      2_000,
    );
    assert.deepEqual(troubles, []);
    const ledger = await Ledger.open(dataPaths(folder).database, ['r0b'], { create: false });
    assert.equal(await ledger.totals.scores(), 20);
    await ledger.close();
    const night = join(folder, 'logs');
    const logs = readdirSync(night, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const logged = logs.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('');
    assert.match(logged, /the group team has a member of another kind: rdkafka at 127\.0\.0\.1/);
  });
});
