import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { startKafka } from '@lvra/test-servers/kafka/brokers';
import { type PythonPoll, pollWithPython } from '@lvra/test-servers/kafka/python-consumer';
import { Broker, Scene } from '../testing/kafka.js';
import { range, sorted, TestRig, until } from '../testing/rig.js';

const PARTITIONS = 3;

/** A topic that the Python pipeline and our consumer read by turns, in one group. */
class Turns extends Scene {
  readonly #broker: Broker;
  #sent = 0;
  /** The numbers that Python has read. */
  readonly python: number[] = [];

  private constructor(
    context: TestContext,
    broker: Broker,
    rig: TestRig,
    readonly topic: string,
    readonly partitions: number,
  ) {
    super(context, broker.server, rig);
    this.#broker = broker;
  }

  static async of(context: TestContext, broker: Broker, topic: string, partitions = PARTITIONS): Promise<Turns> {
    return new Turns(context, broker, await TestRig.create(), topic, partitions);
  }

  async send(count: number): Promise<void> {
    await this.#broker.produce(this.topic, range(this.#sent, this.#sent + count), this.partitions);
    this.#sent += count;
  }

  /** Python reads all that it finds, and no more than `most`. */
  async pollWithPython(most: number, poll: Partial<PythonPoll> = {}): Promise<void> {
    const { brokers } = this.#broker.server;
    const texts = await pollWithPython({
      brokers,
      topic: this.topic,
      groupId: this.group,
      most,
      leaves: true,
      ...poll,
    });
    this.python.push(...texts.map((text) => Number(/"n": (\d+)/.exec(text)?.[1])));
  }

  /** Ours reads all that is left. */
  async read(): Promise<void> {
    const running = this.start(this.topic);
    await this.consumed(this.#sent - this.python.length);
    await until('it says where the group is', async () => {
      const offsets = await this.#broker.committed(this.group, this.topic);
      return offsets.reduce((sum, offset) => sum + Number(offset), 0) === this.#sent;
    });
    await running.stop();
  }

  /** Every message was read once, by one of the two. */
  async assertOnce(): Promise<void> {
    assert.deepEqual(sorted([...this.python, ...(await this.rig.numbers())]), range(0, this.#sent));
  }
}

describe('with other consumers in its group', { concurrency: 4 }, () => {
  let broker: Broker;
  before(async () => {
    broker = await Broker.of(await startKafka({ version: '3.9' }));
  });
  after(() => broker.stop());

  test('a consumer resumes where the Python pipeline has stopped, and the other way round', async (context) => {
    const turns = await Turns.of(context, broker, await broker.newTopic(PARTITIONS));
    await turns.send(300);
    await turns.pollWithPython(1_000);
    await turns.send(80);
    await turns.read();
    for (const round of [0, 1, 2]) {
      await turns.send(50 + round);
      await turns.pollWithPython(1_000);
      await turns.send(40 + round);
      await turns.read();
      await turns.assertOnce();
    }
    assert.equal(turns.python.length, 300 + 50 + 51 + 52);
    const { offsets } = turns.rig.ledger.verification;
    const [read = 0, ...others] = await Promise.all(
      (await offsets.partitions()).map(async (partition) => {
        const { faults, turns: kept, end } = await offsets.course(partition);
        assert.deepEqual([faults, end], [[], partition.next]);
        return kept.reduce((sum, { before, after }) => sum + Number(after - before), 0);
      }),
    );
    assert.equal(others.length, PARTITIONS - 1);
    assert.equal(read + others.reduce((sum, each) => sum + each, 0), 50 + 51 + 52);
  });

  test('a consumer reads what the Python pipeline has left of a poll that it ended early', async (context) => {
    const turns = await Turns.of(context, broker, await broker.newTopic(), 1);
    await turns.send(30);
    await turns.read();
    await turns.send(30);
    await turns.pollWithPython(12);
    await turns.read();
    await turns.assertOnce();
    assert.equal(turns.python.length, 12);
  });

  test('a consumer resumes after what others have read, if retention has removed it since', async (context) => {
    const topic = await broker.newTopic();
    const turns = await Turns.of(context, broker, topic, 1);
    await turns.send(30);
    await turns.read();
    await turns.send(30);
    await turns.pollWithPython(100);
    await broker.removeBefore(topic, 60);
    await turns.send(10);
    await turns.read();
    await turns.assertOnce();
    assert.deepEqual(await turns.rig.rows('SELECT sum(gone) AS gone FROM batch_offsets'), [{ gone: 0n }]);
    assert.doesNotMatch(turns.rig.logText(), /are gone/);
  });

  test('a restored ledger has the alerts after its backup read again', async (context) => {
    const turns = await Turns.of(context, broker, await broker.newTopic(PARTITIONS));
    await turns.send(90);
    await turns.read();
    const backup = join(turns.rig.paths.root, 'backup.db');
    await turns.rig.ledger.copyTo(backup);
    await turns.send(60);
    await turns.read();
    await turns.restore(backup);
    assert.equal((await turns.rig.numbers()).length, 90);
    await turns.send(15);
    await turns.read();
    await turns.assertOnce();
  });

  test('a ledger of a release that left no mark rules until it has left one', async (context) => {
    const topic = await broker.newTopic();
    const turns = await Turns.of(context, broker, topic, 1);
    await turns.send(30);
    await turns.read();
    // The offset of the earlier release is further than the copy of its ledger.
    await turns.rig.rows('UPDATE kafka_position SET marked = 0 RETURNING marked');
    await turns.send(20);
    await broker.commit(turns.group, topic, ['45']);
    await turns.read();
    await turns.assertOnce();
    await turns.send(10);
    await turns.pollWithPython(100);
    await turns.send(5);
    await turns.read();
    await turns.assertOnce();
    assert.equal(turns.python.length, 10);
  });

  test('a consumer waits for the session of a Python poll that has not left the group, and reports it', async (context) => {
    const turns = await Turns.of(context, broker, await broker.newTopic(), 1);
    await turns.send(20);
    await turns.pollWithPython(20, { leaves: false, sessionMs: 8_000 });
    await turns.send(5);
    const { consumer } = turns.start(turns.topic);
    const line = `the group ${turns.group} has a member of another kind: rdkafka at 127.0.0.1. As long as`;
    await until('it says who holds the group', () => consumer.notReady()?.includes(line) === true);
    assert.equal(consumer.isHeldUp(), true);
    await turns.consumed(5);
    await until('it is ready', () => consumer.notReady() === undefined);
    assert.equal(consumer.isHeldUp(), false);
    assert.ok(turns.rig.logText().includes(line));
    await turns.assertOnce();
  });

  test('a consumer that gets another group resumes where its data folder was read as the previous one', async (context) => {
    const turns = await Turns.of(context, broker, await broker.newTopic(), 1);
    await turns.send(20);
    await turns.read();
    turns.group = `${turns.group}, renamed`;
    await turns.send(10);
    await turns.read();
    await turns.assertOnce();
  });

  test('a consumer commits its position to the group, though no message comes', async (context) => {
    const topic = await broker.newTopic();
    const turns = await Turns.of(context, broker, topic, 1);
    await turns.send(20);
    await turns.read();
    // As after a kill before the commit.
    await broker.commit(turns.group, topic, ['5']);
    await turns.read();
    assert.deepEqual(await broker.metadata(turns.group, topic), [turns.rig.ledger.positions.mark]);
  });
});
