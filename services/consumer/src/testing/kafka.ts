import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import type { KafkaServer } from '@lvra/test-servers/kafka/brokers';
import { CODECS, kcatProduce } from '@lvra/test-servers/kafka/kcat';
import { kcatPath } from '@lvra/test-servers/tools';
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs';
import type { BatchLimits } from '../batches/batcher.js';
import type { AlertConsumer } from '../consumer.js';
import type { RecordLimits } from '../kafka/records/fetched-message.js';
import { kafkaSource } from '../kafka/source.js';
import { alertText, range, sorted, TestRig, until } from './rig.js';

const LIMITS: Partial<BatchLimits> = { alerts: 100, ageMs: 200 };

/** A consumer that runs until it is stopped. */
export class Running {
  readonly consumer: AlertConsumer;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(
    rig: TestRig,
    server: KafkaServer,
    topics: string[],
    groupId: string,
    limits = LIMITS,
    records?: RecordLimits,
  ) {
    const { metrics, log } = rig;
    const source = kafkaSource({
      servers: server.brokers,
      topics,
      groupId,
      positions: rig.ledger.positions,
      batchFile: async (stem) => rig.paths.batch(stem),
      limits: records,
      metrics,
      log,
    });
    this.consumer = rig.consumer(source, limits, groupId);
    this.#ended = this.consumer.run(this.#stop.signal);
  }

  stop(): Promise<void> {
    this.#stop.abort();
    return this.#ended;
  }
}

/** A broker with clients that share nothing with the consumer under test but the library. */
export class Broker {
  #topics = 0;

  private constructor(
    readonly server: KafkaServer,
    readonly kafka: Kafka,
    readonly admin: Admin,
    readonly producer: Producer,
  ) {}

  static async of(server: KafkaServer): Promise<Broker> {
    const kafka = new Kafka({ clientId: 'test', brokers: server.brokers, logLevel: logLevel.NOTHING });
    const broker = new Broker(server, kafka, kafka.admin(), kafka.producer());
    await Promise.all([broker.admin.connect(), broker.producer.connect()]);
    return broker;
  }

  async stop(): Promise<void> {
    await Promise.all([this.admin.disconnect(), this.producer.disconnect()]);
    await this.server.stop();
  }

  async newTopic(partitions = 1): Promise<string> {
    const topic = `lasair_18filter-${++this.#topics}`;
    await this.server.createTopic(topic, partitions);
    return topic;
  }

  /** Alert n goes to partition n modulo their number, so that every partition gets some. */
  async produce(topic: string, numbers: readonly number[], partitions = 1): Promise<void> {
    const messages = numbers.map((n) => ({ value: alertText(n), partition: n % partitions }));
    await this.producer.send({ topic, messages });
  }

  /** A producer of transactions, each of which is either committed or aborted. */
  async transactions() {
    const producer = this.kafka.producer({
      transactionalId: `transactions-${++this.#topics}`,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    return {
      async send(topic: string, texts: readonly string[], end: 'commit' | 'abort'): Promise<void> {
        const transaction = await producer.transaction();
        for (const value of texts) await transaction.send({ topic, messages: [{ value }] });
        await transaction[end]();
      },
      end: () => producer.disconnect(),
    };
  }

  /** How many messages a topic of one partition has, counted by kcat. */
  async held(topic: string): Promise<number> {
    const args = ['-C', '-b', this.server.brokers.join(','), '-t', topic, '-o', 'beginning', '-e', '-q', '-f', '%o\n'];
    const { stdout } = await promisify(execFile)(kcatPath(), args);
    return stdout.split('\n').length - 1;
  }

  async committed(groupId: string, topic: string): Promise<string[]> {
    const [offsets] = await this.admin.fetchOffsets({ groupId, topics: [topic] });
    return (offsets?.partitions ?? []).map(({ offset }) => offset);
  }

  /** What the group has committed, with the metadata of the commits. */
  async metadata(groupId: string, topic: string): Promise<(string | null)[]> {
    const [offsets] = await this.admin.fetchOffsets({ groupId, topics: [topic] });
    return (offsets?.partitions ?? []).map(({ metadata }) => metadata);
  }

  /** Removes the messages before an offset, as retention does. */
  async removeBefore(topic: string, offset: number, partition = 0): Promise<void> {
    // The admin of kafkajs does not know the leaders otherwise.
    await this.admin.fetchTopicOffsets(topic);
    await this.admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  }

  /** Commits as a member of the group that reads nothing. */
  async commit(groupId: string, topic: string, offsets: readonly string[]): Promise<void> {
    const member = this.kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
    await member.connect();
    await member.subscribe({ topics: [topic] });
    const joined = new Promise((resolve) => member.on(member.events.GROUP_JOIN, resolve));
    await member.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => {} });
    await joined;
    await member.commitOffsets(offsets.map((offset, partition) => ({ topic, partition, offset })));
    await member.disconnect();
  }
}

/** One test's data root, its consumers and their group; all is ended and removed with the test. */
export class Scene {
  group: string;
  readonly #server: KafkaServer;
  readonly #running: Running[] = [];

  protected constructor(
    context: TestContext,
    server: KafkaServer,
    public rig: TestRig,
  ) {
    this.#server = server;
    this.group = context.name;
    context.after(async () => {
      await this.stop();
      await this.rig.close();
    });
  }

  static async create(context: TestContext, server: KafkaServer): Promise<Scene> {
    return new Scene(context, server, await TestRig.create());
  }

  start(topics: string | string[], limits?: Partial<BatchLimits>, on = this.rig, records?: RecordLimits): Running {
    const running = new Running(on, this.#server, [topics].flat(), this.group, limits, records);
    this.#running.push(running);
    return running;
  }

  /** Restores an older copy of the ledger; all consumers must have stopped. */
  async restore(copy: string): Promise<void> {
    const { database } = this.rig.paths;
    await this.rig.ledger.close();
    for (const file of [database, `${database}-wal`, `${database}-shm`]) rmSync(file, { force: true });
    cpSync(copy, database);
    this.rig = await TestRig.create(this.rig);
  }

  /** Ends all its consumers. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((each) => each.stop()));
  }

  async consumed(count: number): Promise<void> {
    await until(`${count} alerts consumed`, async () => (await this.rig.numbers()).length >= count, 60_000);
  }

  async exactly(wanted: readonly number[]): Promise<void> {
    assert.deepEqual(sorted(await this.rig.numbers()), wanted);
  }

  async position(topic: string, partition = 0): Promise<bigint | undefined> {
    return (await this.rig.ledger.batches.position(this.group, topic, partition))?.next;
  }
}

/** Messages in every codec, from several topics and partitions, each in one batch and byte for byte. */
export async function consumeEveryCodec(context: TestContext, server: KafkaServer): Promise<void> {
  const scene = await Scene.create(context, server);
  const text = (n: number) => alertText(n, 2_000);
  const topics = CODECS.map((codec) => `lasair_18${codec}`);
  for (const [index, codec] of CODECS.entries()) {
    const topic = topics[index] as string;
    await server.createTopic(topic, 2);
    const lines = range(index * 100, index * 100 + 100).map(text);
    await kcatProduce({ brokers: server.brokers, topic, codec, messages: { lines } });
  }
  const running = scene.start(topics);
  await scene.consumed(500);
  await running.stop();
  await scene.exactly(range(0, 500));
  const { rig } = scene;
  const stems = await rig.stems();
  const lines = stems.flatMap((stem) => rig.batchText(stem).slice(2, -3).split(',\n'));
  assert.deepEqual(lines.sort(), range(0, 500).map(text).sort());
  const check = 'import json, sys; print(sum(len(json.load(open(p))) for p in sys.argv[1:]))';
  const files = stems.map((stem) => rig.paths.batch(stem));
  assert.equal(execFileSync('python3', ['-c', check, ...files], { encoding: 'utf8' }).trim(), '500');
}

/** A restart, and then a topic that was created again: shorter, as long, grown past the old place. */
export async function consumeReplacedTopics(context: TestContext, broker: Broker): Promise<void> {
  const scene = await Scene.create(context, broker.server);
  const { rig } = scene;
  let wanted: number[] = [];
  for (const [index, length] of [10, 40, 90, 1].entries()) {
    const topic = await broker.newTopic(2);
    const base = index * 1_000;
    for (const first of [base, base + 20]) {
      await broker.produce(topic, range(first, first + 20), 2);
      wanted = [...wanted, ...range(first, first + 20)];
      const running = scene.start(topic);
      await scene.consumed(wanted.length);
      await running.stop();
    }
    await broker.server.deleteTopic(topic);
    await broker.server.createTopic(topic, 2);
    await broker.produce(topic, range(base + 500, base + 500 + length), 2);
    wanted = [...wanted, ...range(base + 500, base + 500 + length)];
    const running = scene.start(topic);
    await scene.consumed(wanted.length);
    await running.stop();
    await scene.exactly(wanted);
    assert.equal((await rig.ledger.batches.unregistered(Date.now() + 60_000)).length, 0);
  }
}
