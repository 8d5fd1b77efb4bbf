import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { idOfVersion, type SchemaVersion } from '@lvra/alerts';
import { FRAMED_SAMPLE, RUBIN } from '@lvra/alerts/testing/rubin-schemas';
import { AVRO_VERSIONS, type AvroSimulatorOptions, type SimulatedAvro, simulateAvro } from '@lvra/simulator';
import { type KafkaServer, startKafka } from '@lvra/test-servers/kafka/brokers';
import avro from 'avsc';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { clearOrphans } from '../batches/abandoned.js';
import type { AlertConsumer } from '../consumer.js';
import { AvroFormat } from '../formats/avro/avro-format.js';
import { registrySource } from '../formats/avro/registry-schemas.js';
import { SchemaStore } from '../formats/avro/schema-store.js';
import { TestRig, until } from '../testing/rig.js';
import { StaticRegistry } from '../testing/static-registry.js';
import { kafkaSource } from './source.js';

const [V9, , V11, , V12] = AVRO_VERSIONS as readonly [SchemaVersion, unknown, SchemaVersion, unknown, SchemaVersion];

function take(count: number, options: Partial<AvroSimulatorOptions> = {}): SimulatedAvro[] {
  const alerts = simulateAvro({ seed: 3, schemas: RUBIN, versions: AVRO_VERSIONS, meanSources: 4, ...options });
  return Array.from({ length: count }, () => alerts.next().value);
}

/** One test's topic, registry, data root and consumers; all is ended with the test. */
class Scene {
  readonly topic: string;
  readonly registry: StaticRegistry;
  readonly #server: KafkaServer;
  readonly #producer: Producer;
  #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  private constructor(
    name: string,
    server: KafkaServer,
    producer: Producer,
    registry: StaticRegistry,
    readonly rig: TestRig,
  ) {
    this.topic = `lsst-${name.replaceAll(/[^a-z]+/g, '-').slice(0, 60)}`;
    this.#server = server;
    this.#producer = producer;
    this.registry = registry;
  }

  static async of(context: TestContext, server: KafkaServer, producer: Producer, partitions = 1): Promise<Scene> {
    const scene = new Scene(context.name, server, producer, await StaticRegistry.start(), await TestRig.create());
    await server.createTopic(scene.topic, partitions);
    context.after(async () => {
      await scene.stop();
      await scene.registry.stop();
      await scene.rig.close();
    });
    return scene;
  }

  start(options: { patienceMs?: number; keepCutouts?: boolean } = {}): AlertConsumer {
    const { paths, ledger, metrics, log } = this.rig;
    const { patienceMs, keepCutouts = false } = options;
    const source = registrySource(this.registry.url, 1_000);
    const store = new SchemaStore({ source, paths, log, ...(patienceMs !== undefined && { patienceMs }) });
    const alerts = kafkaSource({
      ...{
        servers: this.#server.brokers,
        topics: [this.topic],
        groupId: this.topic,
        positions: ledger.positions,
        batchFile: async (stem: string) => paths.batch(stem),
      },
      ...{ metrics, log, format: new AvroFormat(store) },
    });
    const consumer = this.rig.consumer(alerts, { alerts: 100, ageMs: 200 }, this.topic, { keepCutouts });
    this.#stop = new AbortController();
    this.#ended = consumer.run(this.#stop.signal);
    return consumer;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async produce(messages: readonly { readonly bytes: Buffer }[], partition = 0): Promise<void> {
    for (let begin = 0; begin < messages.length; begin += 50) {
      const some = messages.slice(begin, begin + 50).map(({ bytes }) => ({ value: bytes, partition }));
      await this.#producer.send({ topic: this.topic, messages: some });
    }
  }

  /** `diaObjectId/newest diaSourceId` of every alert in the batch files. */
  async alerts(): Promise<string[]> {
    return (await this.rig.stems()).flatMap((stem) =>
      this.rig
        .batchText(stem)
        .slice(2, -3)
        .split(',\n')
        .map((line) => {
          const [, object] = /^{"diaObjectId": (\d+)/.exec(line) ?? [];
          const list = line.slice(line.indexOf('"diaSourcesList"'), line.indexOf('"diaForcedSourcesList"'));
          return `${object}/${[...list.matchAll(/"diaSourceId": (\d+)/g)].at(-1)?.[1]}`;
        }),
    );
  }

  async consumed(count: number): Promise<void> {
    await until(`${count} alerts are consumed`, async () => (await this.alerts()).length >= count, 60_000);
  }

  async position(partition = 0): Promise<bigint | undefined> {
    return (await this.rig.ledger.batches.position(this.topic, this.topic, partition))?.next;
  }

  async waiting(): Promise<string | undefined> {
    const text = await this.rig.metrics.registry.metrics();
    return /^lvra_schema_waiting_partitions (\d+)/m.exec(text)?.[1];
  }

  /** How many messages of Kafka the ledger accounts for: in a batch, in quarantine, left out. */
  async accounted(): Promise<{ offsets: bigint; alerts: bigint; quarantined: number; leftOut: bigint }> {
    const [sums] = await this.rig.rows(
      'SELECT sum(next_offset - first_offset) AS offsets, sum(left_out) AS leftOut FROM batch_offsets',
    );
    const [alerts] = await this.rig.rows('SELECT sum(alerts) AS alerts FROM batch');
    return {
      offsets: sums?.offsets as bigint,
      alerts: alerts?.alerts as bigint,
      quarantined: (await this.rig.ledger.quarantine.list()).length,
      leftOut: sums?.leftOut as bigint,
    };
  }
}

const names = (alerts: readonly SimulatedAvro[]) => alerts.map((alert) => `${alert.diaObjectId}/${alert.diaSourceId}`);

describe('Avro alerts from Kafka', () => {
  let server: KafkaServer;
  let producer: Producer;
  before(async () => {
    server = await startKafka({ version: '3.9' });
    producer = new Kafka({ clientId: 'test', brokers: server.brokers, logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
  });
  after(async () => {
    await producer.disconnect();
    await server.stop();
  });

  describe('a consumer', { concurrency: 4 }, () => {
    test('takes all versions in one topic, in order, and asks for each schema once', async (context) => {
      const scene = await Scene.of(context, server, producer);
      const alerts = take(300);
      await scene.produce(alerts);
      scene.start();
      await scene.consumed(300);
      assert.deepEqual(await scene.alerts(), names(alerts));
      const paths = AVRO_VERSIONS.map((version) => `GET /schema-registry/schemas/ids/${idOfVersion(version)}`);
      assert.deepEqual(scene.registry.asked.toSorted(), paths.toSorted());
    });

    test('quarantines a message that is not an alert with its bytes, and continues', async (context) => {
      const scene = await Scene.of(context, server, producer);
      const good = take(3, { versions: [V9] });
      const { bytes } = good[1] as SimulatedAvro;
      const other = (id: number) => {
        const copy = Buffer.from(bytes);
        copy.writeUInt32BE(id, 1);
        return copy;
      };
      scene.registry.schemas.set(4242, '{"type": "recrd"}');
      const bad = [
        { reason: 'not_avro', bytes: bytes.subarray(0, 700) },
        { reason: 'not_avro', bytes: Buffer.concat([Buffer.of(1), bytes.subarray(1)]) },
        { reason: 'not_avro', bytes: Buffer.from('{"diaObjectId": 313637921267122191}') },
        { reason: 'not_avro', bytes: Buffer.alloc(0) },
        { reason: 'schema_unknown', bytes: other(1234) },
        { reason: 'schema_unknown', bytes: other(4242) },
        { reason: 'not_avro', bytes: other(1100) },
      ];
      await scene.produce([good[0] as SimulatedAvro, ...bad, ...good.slice(1)]);
      scene.start({ patienceMs: 0 });
      await scene.consumed(3);
      assert.deepEqual(await scene.alerts(), names(good));
      const entries = await scene.rig.ledger.quarantine.list();
      assert.deepEqual(
        entries.map(({ reason, offset }) => [reason, offset]),
        bad.map(({ reason }, index) => [reason, BigInt(index + 1)]),
      );
      for (const [index, { path }] of entries.entries()) {
        assert.deepEqual(readFileSync(join(scene.rig.paths.root, path)), bad[index]?.bytes);
      }
      assert.deepEqual(await scene.accounted(), { offsets: 10n, alerts: 3n, quarantined: 7, leftOut: 0n });
    });

    test('stops one partition alone while the registry is down, and skips nothing', async (context) => {
      const scene = await Scene.of(context, server, producer, 2);
      const [old, fresh] = [take(60, { versions: [V9] }), take(60, { versions: [V9, V11], seed: 9 })];
      await scene.produce(old.slice(0, 20), 0);
      scene.start();
      await scene.consumed(20);
      await scene.registry.stop();
      await scene.produce(fresh, 1);
      await until('a partition waits', async () => (await scene.waiting()) === '1');
      // The other continues meanwhile, also in a consumer that is started while the registry is down.
      await scene.produce(old.slice(20, 40), 0);
      await scene.consumed(40);
      await scene.stop();
      scene.start();
      await scene.produce(old.slice(40), 0);
      await scene.consumed(60);
      assert.deepEqual(await scene.alerts(), names(old));
      assert.match(scene.rig.logText(), /schema 1100 is not available from http.*its messages wait/);
      await scene.registry.restart();
      await scene.consumed(120);
      assert.deepEqual((await scene.alerts()).slice(60), names(fresh));
      assert.equal(await scene.waiting(), '0');
      assert.deepEqual([await scene.position(0), await scene.position(1)], [60n, 60n]);
    });

    test('waits for a schema that the registry will have in a minute', async (context) => {
      const scene = await Scene.of(context, server, producer);
      const text = scene.registry.schemas.get(1200) as string;
      scene.registry.schemas.delete(1200);
      const alerts = take(10, { versions: [V12] });
      await scene.produce(alerts);
      scene.start();
      await until('the partition waits', async () => (await scene.waiting()) === '1');
      assert.equal(await scene.position(), undefined);
      scene.registry.schemas.set(1200, text);
      await scene.consumed(10);
      assert.deepEqual(await scene.alerts(), names(alerts));
    });

    test('counts and leaves out the solar system; offsets advance through a stretch of nothing else', async (context) => {
      const scene = await Scene.of(context, server, producer);
      const asteroids = take(150, { solarSystemEvery: 1 });
      const alerts = take(10, { seed: 4 });
      await scene.produce(asteroids);
      scene.start();
      await until('all are registered', async () => (await scene.position()) === 150n);
      assert.deepEqual(await scene.rig.stems(), []);
      assert.ok(!existsSync(join(scene.rig.paths.root, 'JSON')));
      await scene.stop();
      scene.start();
      await scene.produce(alerts);
      await scene.consumed(10);
      assert.deepEqual(await scene.alerts(), names(alerts));
      assert.deepEqual(await scene.accounted(), { offsets: 160n, alerts: 10n, quarantined: 0, leftOut: 150n });
      const metrics = await scene.rig.metrics.registry.metrics();
      assert.match(metrics, /lvra_left_out_alerts_total{reason="solar_system"} 150/);
    });

    test('keeps cutouts beside the batch if it is asked to', async (context) => {
      const scene = await Scene.of(context, server, producer);
      const sample = readFileSync(FRAMED_SAMPLE);
      const [without] = take(1);
      await scene.produce([{ bytes: sample }, without as SimulatedAvro, { bytes: sample }]);
      scene.start({ keepCutouts: true });
      await scene.consumed(3);
      const records: Record<string, unknown>[] = [];
      for (const stem of await scene.rig.stems()) {
        const path = scene.rig.paths.cutouts(stem);
        const decoder = existsSync(path) ? avro.createFileDecoder(path) : [];
        for await (const record of decoder as AsyncIterable<Record<string, unknown>>) records.push(record);
      }
      assert.equal(records.length, 2);
      for (const record of records) {
        assert.equal(record.diaSourceId, '7912941781254298');
        const images = ['cutoutDifference', 'cutoutScience', 'cutoutTemplate'].map((name) => record[name] as Buffer);
        assert.deepEqual(
          images.map(({ length }) => length),
          [34_560, 34_560, 69_120],
        );
        for (const image of images) assert.ok(sample.includes(image));
      }
    });
  });

  test('cutouts of a batch that was never registered are removed with it', async (context) => {
    const rig = await TestRig.create();
    context.after(() => rig.close());
    const stem = await rig.ledger.batches.reserveStem('killed', new Date(Date.now() - 3_600_000));
    const path = rig.paths.cutouts(stem);
    await mkdir(dirname(path), { recursive: true });
    writeFileSync(path, 'half a file');
    await clearOrphans(rig.ledger.batches, rig.folder, rig.log);
    assert.ok(!existsSync(path));
  });
});
