import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startKafka } from '@lvra/test-servers/kafka/brokers';
import { Broker, consumeEveryCodec, consumeReplacedTopics, Scene } from '../testing/kafka.js';
import { alertText, range, TestRig, until } from '../testing/rig.js';

describe('Kafka 3.9', () => {
  let broker: Broker;
  before(async () => {
    broker = await Broker.of(await startKafka({ version: '3.9' }));
  });
  after(() => broker.stop());

  // These mostly wait, and each has its own topics, group and data root.
  describe('a consumer', { concurrency: 4 }, () => {
    test('reads every codec', (context) => consumeEveryCodec(context, broker.server));

    test('begins a topic that was created again from its beginning', (context) =>
      consumeReplacedTopics(context, broker));

    test('loses nothing and doubles nothing at any offset of the group', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const topic = await broker.newTopic(3);
      await broker.produce(topic, range(0, 300), 3);
      const first = scene.start(topic);
      await scene.consumed(300);
      await first.stop();
      assert.deepEqual(await broker.committed(scene.group, topic), ['100', '100', '100']);

      // As after a kill between the ledger's transaction and the commit.
      await broker.produce(topic, range(300, 600), 3);
      await broker.commit(scene.group, topic, ['0', '0', '0']);
      const again = scene.start(topic);
      await scene.consumed(600);
      await delay(300);
      await again.stop();
      await scene.exactly(range(0, 600));
      assert.deepEqual(await broker.committed(scene.group, topic), ['200', '200', '200']);
    });

    test('registers and commits the open batch before it leaves', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const topic = await broker.newTopic();
      await broker.produce(topic, range(0, 5));
      const running = scene.start(topic, { ageMs: 60_000 });
      await until('it has joined', () => scene.rig.logText().includes('joined the group'));
      await delay(1_500);
      assert.deepEqual(await scene.rig.numbers(), []);
      await running.stop();
      await scene.exactly(range(0, 5));
      assert.deepEqual(await broker.committed(scene.group, topic), ['5']);
    });

    test('restarts a topic that is created again while it is consumed', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const topic = await broker.newTopic();
      await broker.produce(topic, range(0, 20));
      scene.start(topic);
      await scene.consumed(20);
      await broker.server.deleteTopic(topic);
      await broker.server.createTopic(topic);
      await broker.produce(topic, range(20, 50));
      await scene.consumed(50);
      await broker.server.deleteTopic(topic);
      await until('it says that the topic is gone', () => scene.rig.logText().includes(`${topic} does not exist at`));
      await broker.server.createTopic(topic);
      await broker.produce(topic, range(50, 55));
      await scene.consumed(55);
      await scene.exactly(range(0, 55));
    });

    test('keeps the alerts of the open batch if their topic is deleted and created again', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const topic = await broker.newTopic();
      await broker.produce(topic, range(0, 25));
      scene.start(topic, { alerts: 10, ageMs: 60_000 });
      await scene.consumed(20);
      await delay(500);
      assert.equal(await scene.position(topic), 20n);
      await broker.server.deleteTopic(topic);
      await broker.server.createTopic(topic);
      await broker.produce(topic, range(100, 130));
      await scene.consumed(55);
      await scene.exactly([...range(0, 25), ...range(100, 130)]);
    });

    test('passes over what retention removed', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const topic = await broker.newTopic();
      await broker.produce(topic, range(0, 10));
      const first = scene.start(topic);
      await scene.consumed(10);
      await first.stop();
      await broker.produce(topic, range(10, 30));
      await broker.removeBefore(topic, 20);
      scene.start(topic);
      await scene.consumed(20);
      await scene.exactly([...range(0, 10), ...range(20, 30)]);
      assert.equal(await scene.position(topic), 30n);
      assert.deepEqual(await scene.rig.rows('SELECT gone FROM batch_offsets ORDER BY first_offset'), [
        { gone: 0n },
        { gone: 10n },
      ]);
      assert.match(scene.rig.logText(), /"level":"error".*10 messages of .* are gone: Kafka's retention removed them/);
    });

    test('takes only what was committed, and has no lag if markers and aborted messages follow', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const topic = await broker.newTopic();
      const transaction = await broker.transactions();
      context.after(() => transaction.end());
      // Aborted ones at the beginning, in the middle, and more than two fetches hold.
      const huge = Array.from({ length: 14 }, (_, n) => alertText(1_000 + n, 900_000));
      const parts: [string[], 'commit' | 'abort'][] = [
        [range(100, 110).map((n) => alertText(n)), 'abort'],
        [range(0, 10).map((n) => alertText(n)), 'commit'],
        [huge, 'abort'],
        [range(10, 25).map((n) => alertText(n)), 'commit'],
        [range(110, 113).map((n) => alertText(n)), 'abort'],
      ];
      for (const [texts, end] of parts) await transaction.send(topic, texts, end);
      const first = scene.start(topic);
      await scene.consumed(25);
      const lag = async () => (await scene.rig.ledger.positions.seen.lags())[0]?.messages;
      await until('there is no lag', async () => (await lag()) === 0, 30_000);
      const [span] = await broker.admin.fetchTopicOffsets(topic);
      // 52 messages and five markers.
      assert.deepEqual(
        [span?.high, (await scene.rig.ledger.batches.position(scene.group, topic, 0))?.readTo],
        ['57', 57n],
      );
      await first.stop();
      await transaction.send(
        topic,
        range(113, 116).map((n) => alertText(n)),
        'abort',
      );
      await transaction.send(
        topic,
        range(25, 30).map((n) => alertText(n)),
        'commit',
      );
      scene.start(topic);
      await scene.consumed(30);
      await scene.exactly(range(0, 30));
      const sums =
        'SELECT sum(next_offset - first_offset) AS offsets, sum(skipped) AS skipped, sum(gone) AS gone FROM batch_offsets';
      // From the first message, at 11, up to the last, at 65.
      assert.deepEqual(await scene.rig.rows(sums), [{ offsets: 55n, skipped: 25n, gone: 0n }]);
      assert.doesNotMatch(scene.rig.logText(), /"level":"error"/);
    });

    test('accounts for offsets that compaction removed', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const topic = 'lasair_18compacted';
      const settings = { 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01' };
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
      await broker.admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true });
      // The last message of each key stays; each begins its own segment.
      for (const n of range(0, 20)) {
        await broker.producer.send({ topic, messages: [{ key: String(n % 4), value: alertText(n) }] });
        await delay(110);
      }
      await until('it is compacted', async () => (await broker.held(topic)) < 10, 60_000);
      const kept = await broker.held(topic);
      scene.start(topic);
      await until('all is read', async () => (await scene.position(topic)) === 20n, 60_000);
      // The cleaner may have come again before it was read.
      const read = await scene.rig.numbers();
      assert.ok(read.length <= kept, `${read.length} of ${kept}`);
      for (const last of range(16, 20)) assert.ok(read.includes(last), String(last));
      assert.deepEqual(
        await scene.rig.rows(
          'SELECT sum(next_offset - first_offset - skipped) AS held, sum(gone) AS gone FROM batch_offsets',
        ),
        [{ held: BigInt(read.length), gone: 0n }],
      );
    });

    test('shares the partitions with a second one; each alert is in one batch, as members come and go', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const topic = await broker.newTopic(6);
      const other = await TestRig.create(scene.rig);
      context.after(() => other.ledger.close());
      const producing = (async () => {
        for (let first = 0; first < 5_400; first += 54) {
          await broker.produce(topic, range(first, first + 54), 6);
          await delay(50);
        }
      })();
      const a = scene.start(topic);
      await until('the first consumer has begun', async () => (await scene.rig.numbers()).length > 0);
      const b = scene.start(topic, undefined, other);
      await until('the second has joined', () => scene.rig.logText().split('joined the group').length > 3);
      await delay(1_000);
      await a.stop();
      const c = scene.start(topic);
      await producing;
      await scene.consumed(5_400);
      await delay(500);
      await Promise.all([b.stop(), c.stop()]);
      await scene.exactly(range(0, 5_400));
      assert.deepEqual(
        await Promise.all(range(0, 6).map((partition) => scene.position(topic, partition))),
        Array(6).fill(900n),
      );
    });

    test('waits for a topic that does not exist yet, and reads the others meanwhile', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const [known, unknown] = [await broker.newTopic(), 'lasair_18not-yet'];
      await broker.produce(known, [1]);
      const { consumer } = scene.start([known, unknown]);
      await scene.consumed(1);
      assert.equal(consumer.notReady(), undefined);
      const line = /lasair_18not-yet does not exist at 127\.0\.0\.1:\d+: Lasair makes a topic/;
      assert.match(scene.rig.logText(), line);
      await broker.server.createTopic(unknown);
      await broker.produce(unknown, [2]);
      await scene.consumed(2);
      await scene.exactly([1, 2]);
    });

    test('reads the partitions that a topic is given later', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const topic = await broker.newTopic(1);
      await broker.produce(topic, range(0, 10));
      scene.start(topic);
      await scene.consumed(10);
      await broker.admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
      await until('each has a leader', async () => {
        const { topics } = await broker.admin.fetchTopicMetadata({ topics: [topic] });
        return topics[0]?.partitions.filter(({ leader }) => leader >= 0).length === 3;
      });
      const messages = range(10, 40).map((n) => ({ value: alertText(n), partition: n % 3 }));
      // The new partitions may not be led yet; another producer would send to the old one twice.
      const producer = broker.kafka.producer({ idempotent: true });
      await producer.connect();
      await producer.send({ topic, messages });
      await producer.disconnect();
      await scene.consumed(40);
      await scene.exactly(range(0, 40));
    });

    test('is not ready while none of its topics exists', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const { consumer } = scene.start('lasair_18never');
      await until('it is reported', () => consumer.notReady()?.includes('lasair_18never does not exist') === true);
    });

    test('stays in the group while batches cannot be written for longer than a session', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const { rig } = scene;
      const topic = await broker.newTopic();
      await broker.produce(topic, range(0, 100));
      const obstacle = join(rig.paths.root, 'JSON');
      writeFileSync(obstacle, '');
      const { consumer } = scene.start(topic, { alerts: 10 });
      await until('it is held up', () => consumer.notReady()?.includes('cannot be written') === true);
      await delay(12_000);
      rmSync(obstacle);
      await scene.consumed(100);
      await scene.exactly(range(0, 100));
      assert.equal(rig.logText().split('joined the group').length, 3);
    });

    test('quarantines bad messages with their place in Kafka', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const topic = await broker.newTopic();
      const value = '{"diaObjectId": 313637921267122191';
      const values = [alertText(0), value, null, alertText(1)];
      await broker.producer.send({ topic, messages: values.map((each) => ({ value: each })) });
      scene.start(topic);
      await scene.consumed(2);
      const entries = await scene.rig.ledger.quarantine.list();
      assert.deepEqual(
        entries.map(({ reason, topic: from, partition, offset }) => [reason, from, partition, offset]),
        [
          ['not_json', topic, 0, 1n],
          ['not_json', topic, 0, 2n],
        ],
      );
      assert.equal(readFileSync(join(scene.rig.paths.root, entries[0]?.path as string), 'utf8'), value);
    });

    test('reports its lag', async (context) => {
      const scene = await Scene.create(context, broker.server);
      const topic = await broker.newTopic();
      await broker.produce(topic, range(0, 30));
      scene.start(topic, { alerts: 10, ageMs: 60_000 });
      await scene.consumed(30);
      await broker.produce(topic, range(30, 35));
      const lags = async () => (await scene.rig.ledger.positions.seen.lags()).map(({ at: _, ...lag }) => lag);
      await until('the lag is 5', async () => (await lags())[0]?.messages === 5);
      assert.deepEqual(await lags(), [{ topic, partition: 0, messages: 5 }]);
    });
  });

  test('a broker that goes away and comes back interrupts nothing permanently', async (context) => {
    const scene = await Scene.create(context, broker.server);
    const topic = await broker.newTopic(2);
    await broker.produce(topic, range(0, 100), 2);
    const { consumer } = scene.start(topic);
    await scene.consumed(100);
    await broker.server.kill();
    await until('it is reported', () => consumer.notReady()?.includes('Kafka') === true);
    await broker.server.restart();
    await broker.produce(topic, range(100, 200), 2);
    await scene.consumed(200);
    await until('it is ready', () => consumer.notReady() === undefined);
    await scene.exactly(range(0, 200));
  });
});
