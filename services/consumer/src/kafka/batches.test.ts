import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BOMBS, type Bomb } from '@lvra/test-servers/kafka/bombs';
import { startKafka } from '@lvra/test-servers/kafka/brokers';
import { ProduceConnection } from '@lvra/test-servers/kafka/produce-connection';
import { CODEC_NUMBERS, record, recordBatch } from '@lvra/test-servers/kafka/record-batch';
import { Broker, Scene } from '../testing/kafka.js';
import { alertText, range, until } from '../testing/rig.js';

describe('batches of Kafka', () => {
  let broker: Broker;
  let connection: ProduceConnection;
  before(async () => {
    broker = await Broker.of(await startKafka({ version: '3.9', heap: 1_024 }));
    connection = await ProduceConnection.open(broker.server.port);
  });
  after(async () => {
    await connection.close();
    await broker.stop();
  });

  const quarantined = async ({ rig }: Scene) =>
    (await rig.ledger.quarantine.list()).map(({ reason, offset, offsets, bytes }) => [reason, offset, offsets, bytes]);

  test('that grow are passed over, each by itself, and the good ones around them come in', async (context) => {
    const scene = await Scene.create(context, broker.server);
    const topic = await broker.newTopic();
    const kinds = Object.keys(BOMBS) as Bomb[];
    for (const [index, kind] of kinds.entries()) {
      await broker.produce(topic, range(index * 10, index * 10 + 10));
      await connection.send(topic, 0, BOMBS[kind]());
    }
    await broker.produce(topic, range(50, 61));
    scene.start(topic);
    await scene.consumed(61);
    await scene.stop();
    await scene.exactly(range(0, 61));
    const wanted = kinds.map((kind, index) => {
      return ['batch_too_large', BigInt(index * 11 + 10), kind === 'records' ? 3_000_000 : 1, 0];
    });
    assert.deepEqual(await quarantined(scene), wanted);
    const sums =
      'SELECT sum(next_offset - first_offset) AS offsets, sum(skipped + gone + left_out) AS others FROM batch_offsets';
    assert.deepEqual(await scene.rig.rows(sums), [{ offsets: 61n + 4n + 3_000_000n, others: 0n }]);
    assert.match(scene.rig.logText(), /a batch of Kafka that ends at \S+ offset 10 cannot be used: it unpacks to more/);

    // They are checked again, and are not another topic, also with other limits.
    await broker.produce(topic, range(61, 65));
    scene.start(topic);
    await scene.consumed(65);
    await scene.exactly(range(0, 65));
  });

  test('that end what was read are no sign of another topic, with the same limits or others', async (context) => {
    const scene = await Scene.create(context, broker.server);
    const topic = await broker.newTopic();
    const many = range(0, 50).map((n) => record(n, Buffer.from(alertText(n))));
    await connection.send(topic, 0, recordBatch({ codec: CODEC_NUMBERS.none, count: 50, packed: Buffer.concat(many) }));
    const tight = { unpackedBytes: 1024 ** 2, records: 49 };
    const wide = { unpackedBytes: 1024 ** 2, records: 50 };
    scene.start(topic, undefined, undefined, tight);
    await until('the batch is in quarantine', async () => (await scene.rig.ledger.quarantine.list()).length === 1);
    await scene.stop();
    for (const [round, limits] of [wide, tight, wide].entries()) {
      await broker.produce(topic, [100 + round]);
      scene.start(topic, undefined, undefined, limits);
      await scene.consumed(round + 1);
      await scene.stop();
    }
    await scene.exactly([100, 101, 102]);
    assert.deepEqual(await quarantined(scene), [['batch_too_large', 0n, 50, 0]]);
  });

  test('are read in full in every codec as Kafka itself packs them', async (context) => {
    const scene = await Scene.create(context, broker.server);
    const codecs = ['gzip', 'snappy', 'lz4', 'zstd'];
    const topics = codecs.map((codec) => `lasair_18by-kafka-${codec}`);
    for (const [index, topic] of topics.entries()) {
      const configEntries = [{ name: 'compression.type', value: codecs[index] as string }];
      await broker.admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
      // Longer than a block of any of them.
      const messages = range(0, 40).map((n) => ({ value: alertText(index * 40 + n, 20_000) }));
      await broker.producer.send({ topic, messages });
    }
    scene.start(topics);
    await scene.consumed(160);
    await scene.exactly(range(0, 160));
    assert.deepEqual(await quarantined(scene), []);
  });

  test('that are damaged on the broker’s disk are passed over, and the good ones around them come in', async (context) => {
    const scene = await Scene.create(context, broker.server);
    const topic = await broker.newTopic();
    for (const first of [0, 20, 40]) {
      const values = range(first, first + 20).map((n) => record(n - first, Buffer.from(alertText(n))));
      await connection.send(
        topic,
        0,
        recordBatch({ codec: CODEC_NUMBERS.none, count: 20, packed: Buffer.concat(values) }),
      );
    }
    // A broker that has ended in good order does not look at its logs when it starts.
    await broker.server.kill('SIGTERM');
    const folder = join(broker.server.logDir, `${topic}-0`);
    const log = join(folder, readdirSync(folder).find((name) => name.endsWith('.log')) as string);
    const bytes = readFileSync(log);
    const at = bytes.indexOf(alertText(25));
    bytes[at + 20] = (bytes[at + 20] as number) ^ 1;
    writeFileSync(log, bytes);
    await broker.server.restart();
    scene.start(topic);
    await scene.consumed(40);
    await scene.exactly([...range(0, 20), ...range(40, 60)]);
    assert.deepEqual(await quarantined(scene), [['batch_damaged', 20n, 20, 0]]);
    assert.match(scene.rig.logText(), /its checksum is wrong; fetching it once more/);
  });
});
