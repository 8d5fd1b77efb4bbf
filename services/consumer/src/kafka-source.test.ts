import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type KafkaServer, startKafka } from '@lvra/test-servers/kafka';
import { CODECS, kcatProduce } from '@lvra/test-servers/kcat';
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs';
import type { BatchLimits } from './batcher.js';
import { kafkaSource } from './kafka-source.js';
import { alertText, range, sorted, TestRig, until } from './test-rig.js';

const LIMITS: Partial<BatchLimits> = { alerts: 100, ageMs: 200 };

/** A consumer that runs until it is stopped. */
class Running {
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly consumer;

  constructor(rig: TestRig, server: KafkaServer, topics: string[], limits = LIMITS, groupId = 'lvra') {
    const { metrics, log } = rig;
    const source = kafkaSource({ servers: server.brokers, topics, groupId, batches: rig.ledger.batches, metrics, log });
    this.consumer = rig.consumer(source, limits, groupId);
    this.#running = this.consumer.run(this.#stop.signal);
  }

  stop(): Promise<void> {
    this.#stop.abort();
    return this.#running;
  }
}

describe('Kafka 3.9', () => {
  let server: KafkaServer;
  let admin: Admin;
  let producer: Producer;
  let kafka: Kafka;
  let rig: TestRig;
  let running: Running[] = [];
  let topics = 0;

  before(async () => {
    server = await startKafka({ version: '3.9' });
    kafka = new Kafka({ clientId: 'test', brokers: server.brokers, logLevel: logLevel.NOTHING });
    admin = kafka.admin();
    producer = kafka.producer();
    await Promise.all([admin.connect(), producer.connect()]);
  });
  after(async () => {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    await server.stop();
  });
  beforeEach(() => {
    rig = new TestRig();
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((each) => each.stop()));
    rig.close();
  });

  const start = (topic: string | string[], on = rig, limits = LIMITS) => {
    const started = new Running(on, server, [topic].flat(), limits);
    running.push(started);
    return started;
  };
  const newTopic = async (partitions = 1) => {
    const topic = `lasair_18filter-${++topics}`;
    await server.createTopic(topic, partitions);
    return topic;
  };
  /** Alert n goes to partition n modulo their number, so that every partition gets some. */
  const produce = (topic: string, numbers: readonly number[], partitions = 1) =>
    producer.send({
      topic,
      messages: numbers.map((n) => ({ value: alertText(n), partition: n % partitions })),
    });
  /** Commits as a member of the group that reads nothing. */
  const commit = async (offsets: { topic: string; partition: number; offset: string }[]) => {
    const member = kafka.consumer({ groupId: 'lvra', maxWaitTimeInMs: 50 });
    await member.connect();
    await member.subscribe({ topics: offsets.map(({ topic }) => topic) });
    const joined = new Promise((resolve) => member.on(member.events.GROUP_JOIN, resolve));
    await member.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => {} });
    await joined;
    await member.commitOffsets(offsets);
    await member.disconnect();
  };
  const consumed = (wanted: readonly number[], on = rig) =>
    until(`${wanted.length} alerts`, () => on.numbers().length >= wanted.length);
  const exactly = (wanted: readonly number[], on = rig) => assert.deepEqual(sorted(on.numbers()), wanted);
  const position = (topic: string, partition = 0) => rig.ledger.batches.position('lvra', topic, partition)?.next;

  test('a restart loses nothing and doubles nothing, wherever the group stands', async () => {
    const topic = await newTopic(3);
    await produce(topic, range(0, 300), 3);
    const first = start(topic);
    await consumed(range(0, 300));
    await first.stop();
    const committed = await admin.fetchOffsets({ groupId: 'lvra', topics: [topic] });
    assert.deepEqual(
      committed[0]?.partitions.map(({ offset }) => offset),
      ['100', '100', '100'],
    );

    // As after a kill between the ledger's transaction and the commit, and as after somebody else's commits.
    await produce(topic, range(300, 600), 3);
    for (const [offset, end] of [
      ['0', 600],
      ['200', 900],
    ] as const) {
      await commit(range(0, 3).map((partition) => ({ topic, partition, offset })));
      const again = start(topic);
      await consumed(range(0, end));
      await delay(300);
      await again.stop();
      exactly(range(0, end));
      if (end < 900) await produce(topic, range(600, 900), 3);
    }
  });

  test('a batch that is open at the end is registered and committed before it leaves', async () => {
    const topic = await newTopic();
    await produce(topic, range(0, 5));
    const consumer = start(topic, rig, { ageMs: 60_000 });
    await until('all are fetched', () => rig.logText().includes('joined the group'));
    await delay(1_500);
    assert.deepEqual(rig.numbers(), []);
    await consumer.stop();
    exactly(range(0, 5));
    const committed = await admin.fetchOffsets({ groupId: 'lvra', topics: [topic] });
    assert.equal(committed[0]?.partitions[0]?.offset, '5');
  });

  test('a topic that was created again while nobody looked is read from its beginning', async () => {
    // Shorter than before, exactly as long, grown past the old place, and with an empty partition.
    for (const [index, length] of [10, 40, 90, 1].entries()) {
      const topic = await newTopic(2);
      const base = index * 1_000;
      await produce(topic, range(base, base + 40), 2);
      const before = rig.numbers().length;
      const first = start(topic);
      await until('the first life', () => rig.numbers().length === before + 40);
      await first.stop();
      await server.deleteTopic(topic);
      await server.createTopic(topic, 2);
      await produce(topic, range(base + 500, base + 500 + length), 2);
      const second = start(topic);
      const wanted = [...range(base, base + 40), ...range(base + 500, base + 500 + length)];
      await until(`the second life of ${length}`, () => rig.numbers().length >= before + wanted.length);
      await delay(200);
      await second.stop();
      assert.deepEqual(sorted(rig.numbers().slice(before)), wanted);
    }
  });

  test('a topic that is created again while it is consumed is read from its beginning', async () => {
    const topic = await newTopic();
    await produce(topic, range(0, 20));
    start(topic);
    await consumed(range(0, 20));
    await server.deleteTopic(topic);
    await server.createTopic(topic);
    await produce(topic, range(20, 50));
    await consumed(range(0, 50));
    exactly(range(0, 50));
    await server.deleteTopic(topic);
    await until('it says that the topic is gone', () => rig.logText().includes('does not exist at'));
    await server.createTopic(topic);
    await produce(topic, range(50, 55));
    await consumed(range(0, 55));
    exactly(range(0, 55));
  });

  test('what retention removed is passed over', async () => {
    const topic = await newTopic();
    await produce(topic, range(0, 10));
    const first = start(topic);
    await consumed(range(0, 10));
    await first.stop();
    await produce(topic, range(10, 30));
    // The admin of kafkajs does not know the leaders otherwise.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '20' }] });
    start(topic);
    await consumed([...range(0, 10), ...range(20, 30)]);
    exactly([...range(0, 10), ...range(20, 30)]);
    assert.equal(position(topic), 30n);
  });

  test('two consumers share the partitions; every alert is in one batch, whoever comes and goes', async () => {
    const topic = await newTopic(6);
    const other = new TestRig(rig);
    const producing = (async () => {
      for (let first = 0; first < 6_000; first += 50) {
        await produce(topic, range(first, first + 50), 6);
        await delay(50);
      }
    })();
    const a = start(topic);
    await until('the first consumer has begun', () => rig.numbers().length > 0);
    const b = start(topic, other);
    await until('the second has joined', () => rig.logText().split('joined the group').length > 3);
    await delay(1_000);
    await a.stop();
    const c = start(topic);
    await producing;
    await consumed(range(0, 6_000));
    await delay(500);
    await Promise.all([b.stop(), c.stop()]);
    other.ledger.close();
    exactly(range(0, 6_000));
    assert.deepEqual(
      range(0, 6).map((partition) => position(topic, partition)),
      Array(6).fill(1_000n),
    );
  });

  test('a topic that does not exist yet is waited for, and the others are consumed meanwhile', async () => {
    const [known, unknown] = [await newTopic(), 'lasair_18not-yet'];
    await produce(known, [1]);
    const { consumer } = start([known, unknown]);
    const only = start('lasair_18never');
    await consumed([1]);
    assert.equal(consumer.notReady(), undefined);
    assert.match(rig.logText(), /lasair_18not-yet does not exist at 127\.0\.0\.1:\d+: Lasair makes a topic/);
    await until('it says what it waits for', () => only.consumer.notReady()?.includes('lasair_18never') === true);
    await server.createTopic(unknown);
    await produce(unknown, [2]);
    await consumed([1, 2]);
    exactly([1, 2]);
  });

  test('a broker that goes away and comes back', async () => {
    const topic = await newTopic(2);
    await produce(topic, range(0, 100), 2);
    const { consumer } = start(topic);
    await consumed(range(0, 100));
    await server.kill();
    await until('it says so', () => consumer.notReady()?.includes('Kafka') === true);
    await server.restart();
    await produce(topic, range(100, 200), 2);
    await consumed(range(0, 200));
    await until('it is ready', () => consumer.notReady() === undefined);
    exactly(range(0, 200));
  });

  test('bad messages are quarantined with their place in Kafka', async () => {
    const topic = await newTopic();
    const value = '{"diaObjectId": 313637921267122191';
    await producer.send({
      topic,
      messages: [{ value: alertText(0) }, { value }, { value: null }, { value: alertText(1) }],
    });
    start(topic);
    await consumed([0, 1]);
    const entries = rig.ledger.quarantine.list();
    assert.deepEqual(
      entries.map(({ reason, topic: from, partition, offset }) => [reason, from, partition, offset]),
      [
        ['not_json', topic, 0, 1n],
        ['not_json', topic, 0, 2n],
      ],
    );
    assert.equal(readFileSync(join(rig.paths.root, entries[0]?.path as string), 'utf8'), value);
  });

  test('tells how far it is behind', async () => {
    const topic = await newTopic();
    await produce(topic, range(0, 30));
    start(topic, rig, { alerts: 10, ageMs: 60_000 });
    await consumed(range(0, 30));
    await produce(topic, range(30, 35));
    const line = `lvra_kafka_lag_messages{topic="${topic}",partition="0"} 5`;
    await until('the lag is 5', async () => (await rig.metrics.registry.metrics()).includes(line));
  });
});

for (const version of ['3.9', '4'] as const) {
  describe(`Kafka ${version}, every codec`, () => {
    let server: KafkaServer;
    let rig: TestRig;
    before(async () => {
      server = await startKafka({ version });
      rig = new TestRig();
    });
    after(async () => {
      rig.close();
      await server.stop();
    });

    test('every message of several topics is in one batch, byte for byte', async () => {
      const topics = CODECS.map((codec) => `lasair_18${codec}`);
      for (const [index, codec] of CODECS.entries()) {
        const topic = topics[index] as string;
        await server.createTopic(topic, 2);
        const lines = range(index * 100, index * 100 + 100).map((n) => alertText(n, 2_000));
        await kcatProduce({ brokers: server.brokers, topic, codec, messages: { lines } });
      }
      const consumer = new Running(rig, server, topics);
      await until('all are consumed', () => rig.numbers().length >= 500);
      await consumer.stop();
      assert.deepEqual(sorted(rig.numbers()), range(0, 500));
      const lines = rig.stems().flatMap((stem) => rig.batchText(stem).slice(2, -3).split(',\n'));
      assert.deepEqual(
        lines.sort(),
        range(0, 500)
          .map((n) => alertText(n, 2_000))
          .sort(),
      );
      const check = 'import json, sys; print(sum(len(json.load(open(p))) for p in sys.argv[1:]))';
      const files = rig.stems().map((stem) => rig.paths.batch(stem));
      assert.equal(execFileSync('python3', ['-c', check, ...files], { encoding: 'utf8' }).trim(), '500');
    });

    test('goes on after a restart, and begins a replaced topic anew', async () => {
      const topic = 'lasair_18replaced';
      const produce = (numbers: number[]) =>
        kcatProduce({
          ...{ brokers: server.brokers, topic, codec: 'lz4' as const },
          messages: { lines: numbers.map((n) => alertText(n)) },
        });
      const before = rig.numbers().length;
      await server.createTopic(topic);
      await produce(range(1_000, 1_050));
      for (const [numbers, replaced] of [
        [range(1_050, 1_070), false],
        [range(1_070, 1_080), true],
      ] as const) {
        const consumer = new Running(rig, server, [topic]);
        await until('the ones before', () => rig.numbers().length === before + (numbers[0] as number) - 1_000);
        if (replaced) {
          await consumer.stop();
          await server.deleteTopic(topic);
          await server.createTopic(topic);
        }
        await produce([...numbers]);
        const again = replaced ? new Running(rig, server, [topic]) : consumer;
        await until('the next ones', () => rig.numbers().length >= before + numbers.at(-1)! - 999);
        await again.stop();
      }
      assert.deepEqual(sorted(rig.numbers().slice(before)), range(1_000, 1_080));
    });
  });
}
