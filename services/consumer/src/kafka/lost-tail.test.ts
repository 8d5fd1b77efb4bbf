import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type KafkaServer, startKafka } from '@lvra/test-servers/kafka/brokers';
import { cutTail } from '@lvra/test-servers/kafka/tail';
import { Broker, Scene } from '../testing/kafka.js';
import { range, until } from '../testing/rig.js';

describe('a log of Kafka that has lost its end', () => {
  let server: KafkaServer;
  let broker: Broker;
  before(async () => {
    server = await startKafka({ version: '3.9' });
    broker = await Broker.of(server);
  });
  after(() => broker.stop());

  /** Alerts in batches of five, so that a cut can fall between two of Kafka's. */
  async function produce(topic: string, first: number, end: number): Promise<void> {
    for (let n = first; n < end; n += 5) await broker.produce(topic, range(n, Math.min(n + 5, end)));
  }

  async function cut(topic: string, from: number): Promise<void> {
    await server.kill();
    cutTail(server.logDir, topic, 0, from);
    await server.restart();
  }

  const notes = async (scene: Scene, topic: string) =>
    (await scene.rig.ledger.verification.offsets.course({ groupId: scene.group, topic, partition: 0 })).turns.map(
      ({ before, after, reason }) => [before, after, reason],
    );

  test('is read on where it was the same, and what took the offsets of the lost is read', async (context) => {
    const scene = await Scene.create(context, server);
    const topic = await broker.newTopic();
    await produce(topic, 0, 477);
    const first = scene.start(topic, { alerts: 20 });
    await scene.consumed(477);
    await first.stop();
    // Offsets 455 to 476 are lost, in the middle of one of our batches, and 30 others come: 455 to 484.
    await cut(topic, 455);
    await produce(topic, 1_000, 1_030);
    const again = scene.start(topic, { alerts: 20 });
    await scene.consumed(507);
    await until('the group is there', async () => (await broker.committed(scene.group, topic))[0] === '485');
    await again.stop();
    await scene.exactly([...range(0, 477), ...range(1_000, 1_030)]);
    assert.deepEqual(await notes(scene, topic), [[477n, 440n, 'tail_lost']]);
    const { faults } = await scene.rig.ledger.verification.offsets.course({
      groupId: scene.group,
      topic,
      partition: 0,
    });
    assert.deepEqual(faults, []);
    assert.match(scene.rig.logText(), /has lost its end in Kafka: offsets 440 to 476 were read/);
    assert.doesNotMatch(scene.rig.logText(), /reading it from the beginning/);
    assert.deepEqual(await scene.rig.rows('SELECT sum(left_out) AS again FROM batch_offsets'), [{ again: 15n }]);
  });

  test('is read on while the consumer runs, if fewer are there than before', async (context) => {
    const scene = await Scene.create(context, server);
    const topic = await broker.newTopic();
    await produce(topic, 0, 200);
    scene.start(topic, { alerts: 50 });
    await scene.consumed(200);
    await cut(topic, 120);
    await until('it has noticed', () => scene.rig.logText().includes('has lost its end'), 60_000);
    await produce(topic, 500, 510);
    await scene.consumed(210);
    await scene.exactly([...range(0, 200), ...range(500, 510)]);
    assert.deepEqual(await notes(scene, topic), [[200n, 100n, 'tail_lost']]);
  });

  test('is another topic if nothing of it is the same', async (context) => {
    const scene = await Scene.create(context, server);
    const topic = await broker.newTopic();
    await produce(topic, 0, 100);
    const first = scene.start(topic, { alerts: 20 });
    await scene.consumed(100);
    await first.stop();
    await server.deleteTopic(topic);
    await server.createTopic(topic);
    await produce(topic, 500, 640);
    scene.start(topic, { alerts: 20 });
    await scene.consumed(240);
    await scene.exactly([...range(0, 100), ...range(500, 640)]);
    assert.deepEqual(await notes(scene, topic), [[100n, 0n, 'replaced']]);
  });
});
