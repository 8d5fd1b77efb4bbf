import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runLvra } from '@lvra/cli/testing/run-lvra';
import { Sqlite } from '@lvra/ledger/testing/sqlite';
import { type Sandbox, startSandbox } from '@lvra/simulator';
import { dataPaths } from '@lvra/store';
import { type KafkaServer, startKafka } from '@lvra/test-servers/kafka/brokers';
import { makeDataRoot } from './data-root.js';

const TOPIC = 'lasair_18lvra-fodder';
const ALERTS = 60;

const { root, remove } = makeDataRoot();
let kafka: KafkaServer;
let sandbox: Sandbox;

before(async () => {
  [kafka, sandbox] = await Promise.all([startKafka({ version: '3.9', topics: [TOPIC] }), startSandbox()]);
});

after(async () => {
  await Promise.all([kafka?.stop(), sandbox?.close()]);
  remove();
});

test('lvra simulate fills a topic, and lvra run --once from Kafka works it off and ends with 0', async () => {
  const simulated = await runLvra([
    ...['simulate', '--kafka', kafka.brokers.join(','), '--topic', TOPIC],
    ...['--count', String(ALERTS), '--forms', 'full', '--codec', 'gzip'],
  ]);
  assert.equal(simulated.code, 0, simulated.stderr);
  const ran = await runLvra(['run', '--once'], {
    LVRA_DATA_ROOT: root,
    LVRA_KAFKA_SERVER: kafka.brokers.join(','),
    LVRA_MY_TOPIC: TOPIC,
    LVRA_GROUP_ID: 'once',
    LVRA_BATCH_SECONDS: '1',
    LVRA_ENDPOINT: sandbox.endpoint,
    LASAIR_LSST_TOKEN: 'sandbox-token',
  });
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  const ledger = new Sqlite(dataPaths(root).database, { readonly: true });
  assert.equal(ledger.prepare('SELECT count(*) FROM provenance').pluck().get(), ALERTS);
  const objects = ledger.prepare('SELECT count(DISTINCT diaObjectId) FROM provenance').pluck().get();
  ledger.close();
  assert.equal(sandbox.annotations.size, objects);
});
