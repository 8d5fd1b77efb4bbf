import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { startKafka } from '@lvra/test-servers/kafka/brokers';
import { Broker, Scene } from '../testing/kafka.js';
import { range, until } from '../testing/rig.js';

describe('one group, two topics', { concurrency: 3 }, () => {
  let broker: Broker;
  before(async () => {
    broker = await Broker.of(await startKafka({ version: '3.9' }));
  });
  after(() => broker.stop());

  /** A separate data folder whose consumer is in the group of another. */
  const sceneIn = async (context: TestContext, group: string) => {
    const scene = await Scene.create(context, broker.server);
    return Object.assign(scene, { group });
  };

  const metricOf = async (scene: Scene, name: string) =>
    new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, 'm').exec(await scene.rig.metrics.registry.metrics())?.[1];

  test('two of our consumers that read different topics each get all of theirs, and are ready', async (context) => {
    const [one, other] = [await sceneIn(context, 'prod-ours'), await sceneIn(context, 'prod-ours')];
    const [first, second] = [await broker.newTopic(5), await broker.newTopic(3)];
    await broker.produce(first, range(0, 80), 5);
    await broker.produce(second, range(100, 145), 3);
    const { consumer } = one.start(first);
    await one.consumed(80);
    const { consumer: later } = other.start(second);
    await other.consumed(45);
    await broker.produce(first, range(80, 90), 5);
    await broker.produce(second, range(145, 151), 3);
    await Promise.all([one.consumed(90), other.consumed(51)]);
    await one.exactly(range(0, 90));
    await other.exactly(range(100, 151));
    assert.deepEqual([consumer.notReady(), later.notReady()], [undefined, undefined]);
  });

  test('a consumer is not ready while another program in its group has kept its partitions from it', async (context) => {
    const scene = await sceneIn(context, 'prod-other-program');
    const [ours, theirs] = [await broker.newTopic(4), await broker.newTopic(2)];
    await broker.produce(ours, range(0, 40), 4);
    const otherProgram = broker.kafka.consumer({ groupId: scene.group, maxWaitTimeInMs: 100 });
    await otherProgram.connect();
    context.after(() => otherProgram.disconnect());
    await otherProgram.subscribe({ topics: [theirs] });
    const joined = new Promise((resolve) => otherProgram.on(otherProgram.events.GROUP_JOIN, resolve));
    await otherProgram.run({ eachMessage: async () => {} });
    await joined;

    const { consumer } = scene.start(ours);
    await until('it is not ready', () => consumer.notReady()?.includes('alerts do not come here') === true, 60_000);
    const listed = range(0, 4).map((partition) => `${ours}[${partition}]`);
    assert.equal(
      consumer.notReady(),
      `consumer: alerts do not come here: ${listed.join(', ')} read by no member of the group. The group ${scene.group} is ` +
        "used by another program beside test at 127.0.0.1: set a group_id that is this pipeline's alone",
    );
    assert.equal(await metricOf(scene, 'lvra_kafka_stray_partitions'), '4');
    const lags = async () => (await scene.rig.ledger.positions.seen.lags()).filter(({ messages }) => messages === 10);
    await until('it has a lag in every partition', async () => (await lags()).length === 4);
    await otherProgram.disconnect();
    await scene.consumed(40);
    await until('it is ready', () => consumer.notReady() === undefined);
    assert.equal(await metricOf(scene, 'lvra_kafka_stray_partitions'), '0');
    await scene.exactly(range(0, 40));
  });

  test('two data folders that read one topic in one group are told that they share its alerts', async (context) => {
    const [one, other] = [await sceneIn(context, 'prod-twice'), await sceneIn(context, 'prod-twice')];
    const topic = await broker.newTopic(2);
    const { consumer } = one.start(topic);
    const { consumer: later } = other.start(topic);
    const says = (reason: string | undefined) =>
      /\[\d\] read by lvra-consumer at 127\.0\.0\.1\. The group/.test(reason ?? '');
    await until('both say so', () => says(consumer.notReady()) && says(later.notReady()), 60_000);
  });
});
