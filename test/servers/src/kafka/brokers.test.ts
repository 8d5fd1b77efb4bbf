import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import type { KafkaLine } from '../tools.js';
import { type KafkaServer, startKafka } from './brokers.js';
import { CODECS, kcatProduce } from './kcat.js';

// Long and alike, so that every codec makes a batch smaller.
const LINES = Array.from(
  { length: 50 },
  (_, n) => `{"diaObjectId": ${313637921267122191n + BigInt(n)}, "pad": "${'x'.repeat(200)}"}`,
);

function client(server: KafkaServer): Kafka {
  const retry = { initialRetryTime: 50, retries: 20 };
  return new Kafka({ clientId: 'test', brokers: server.brokers, logLevel: logLevel.NOTHING, retry });
}

/** Reads as many messages of a topic as are wanted, from the beginning. */
async function consume(server: KafkaServer, topic: string, wanted: number): Promise<string[]> {
  const consumer = client(server).consumer({ groupId: `${topic}-readers`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: string[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
      const eachMessage = async ({ message }: { message: { value: Buffer | null } }) => {
        values.push(String(message.value));
        if (values.length === wanted) resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return values;
}

async function produce(server: KafkaServer, topic: string, compression: CompressionTypes): Promise<void> {
  const producer = client(server).producer();
  await producer.connect();
  await producer.send({ topic, compression, messages: LINES.map((value) => ({ value })) });
  await producer.disconnect();
}

/** The number of the codec of the first batch that the broker has on disk (Kafka's record batch, attributes). */
function codecOnDisk(server: KafkaServer, topic: string): number {
  const segment = readFileSync(join(server.logDir, `${topic}-0`, '00000000000000000000.log'));
  return segment.readInt16BE(21) & 0b111;
}

for (const version of ['3.9', '4'] satisfies KafkaLine[]) {
  describe(`Kafka ${version}`, () => {
    let server: KafkaServer;
    before(async () => {
      server = await startKafka({ version, topics: ['ready'] });
    });
    after(() => server.stop());

    test('takes messages from kafkajs and gives them back, plain and gzipped', async () => {
      for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
        const topic = `kafkajs-${compression}`;
        await server.createTopic(topic);
        await produce(server, topic, compression);
        assert.equal(codecOnDisk(server, topic), compression);
        assert.deepEqual(await consume(server, topic, LINES.length), LINES);
      }
    });

    test('takes messages from kcat in every codec', async () => {
      for (const [number, codec] of CODECS.entries()) {
        const topic = `kcat-${codec}`;
        await server.createTopic(topic);
        await kcatProduce({ brokers: server.brokers, topic, codec, messages: { lines: LINES } });
        assert.equal(codecOnDisk(server, topic), number);
      }
      assert.deepEqual(await consume(server, 'kcat-none', LINES.length), LINES);
      assert.deepEqual(await consume(server, 'kcat-gzip', LINES.length), LINES);
    });

    test('takes a file of messages from kcat, one a line', async () => {
      const file = join(dirname(server.logDir), 'alerts.ndjson');
      writeFileSync(file, `${LINES.join('\n')}\n`);
      await server.createTopic('from-file');
      await kcatProduce({ brokers: server.brokers, topic: 'from-file', codec: 'none', messages: { file } });
      assert.deepEqual(await consume(server, 'from-file', LINES.length), LINES);
    });

    test('a deleted topic can be created again, with other partitions', async () => {
      await server.createTopic('filter', 2);
      await server.deleteTopic('filter');
      await server.createTopic('filter', 3);
      const admin = client(server).admin();
      await admin.connect();
      assert.equal((await admin.fetchTopicOffsets('filter')).length, 3);
      await admin.disconnect();
      await assert.rejects(server.createTopic('filter'), /filter exists already/);
    });

    test('messages outlive a kill', async () => {
      await produce(server, 'ready', CompressionTypes.None);
      const { pid } = server;
      await server.kill();
      assert.equal(existsSync(`/proc/${pid}`), false);
      await server.restart();
      assert.deepEqual(await consume(server, 'ready', LINES.length), LINES);
    });

    test('a topic that was not created does not exist', async () => {
      await assert.rejects(
        kcatProduce({ brokers: server.brokers, topic: 'unknown', codec: 'none', messages: { lines: ['a'] } }),
        /kcat could not produce to unknown/,
      );
    });
  });
}
