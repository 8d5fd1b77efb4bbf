import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { connect, DiscardPolicy, RetentionPolicy, StorageType } from 'nats';
import { busTo, connected, natsServer, never, receive, STEM, until } from './nats-bus.js';

async function managerOf(t: TestContext, url: string) {
  const admin = await connect({ servers: url });
  t.after(() => admin.close());
  return admin.jetstreamManager();
}

describe('a stream that exists', { concurrency: 3 }, () => {
  test('keeps what its operator has set, and gets the subjects that this release needs', async (t) => {
    const { url } = await natsServer(t);
    const manager = await managerOf(t, url);
    const ours = {
      max_bytes: 1_000_000,
      max_age: 86_400_000_000_000,
      description: 'of the night',
      metadata: { team: 'lvra' },
    };
    await manager.streams.add({
      name: 'LVRA',
      subjects: ['lvra.alerts.*', 'lvra.later.*'],
      storage: StorageType.Memory,
      ...ours,
    });
    const { publish, subscribe, said } = await connected(t, url);
    await publish(STEM);
    (await receive(await subscribe())).ack();
    const { config } = await manager.streams.info('LVRA');
    const { max_bytes, max_age, description, max_msgs_per_subject, storage, metadata } = config;
    assert.deepEqual(
      { max_bytes, max_age, description },
      { max_bytes: 1_000_000, max_age: 86_400_000_000_000, description: 'of the night' },
    );
    assert.deepEqual(
      [max_msgs_per_subject, storage, metadata?.team, metadata?.data_folder],
      [1, 'memory', 'lvra', 'a'],
    );
    // A newer release beside this one may have added it.
    assert.ok(config.subjects.includes('lvra.later.*') && config.subjects.includes('lvra.scores.*.*'));
    assert.equal(said.length, 1, said.join('\n'));
  });

  test('is not written to again once it has what is needed', async (t) => {
    const { url } = await natsServer(t);
    await connected(t, url);
    const admin = await connect({ servers: url });
    t.after(() => admin.close());
    const updates: string[] = [];
    admin.subscribe('$JS.API.STREAM.UPDATE.*', { callback: (_, { subject }) => updates.push(subject) });
    await admin.flush();
    await connected(t, url);
    await admin.flush();
    assert.deepEqual(updates, []);
  });

  test('with settings that keep announcements from the stages is used as it is, and they are named once', async (t) => {
    const { url } = await natsServer(t);
    const manager = await managerOf(t, url);
    await manager.streams.add({
      ...{ name: 'LVRA', subjects: ['lvra.alerts.*'], discard: DiscardPolicy.New },
      ...{ max_msgs: 500, max_msg_size: 100, max_age: 60_000_000_000, max_bytes: 100_000 },
    });
    const { said, bus } = await connected(t, url);
    const named = said.filter((words) => /the stream LVRA at NATS has/.test(words));
    for (const what of [
      /has discard: new .*set discard: old/,
      /max_msgs: 500, .*set 100000/,
      /max_msg_size: 100, /,
      /max_age: 60 s, /,
    ]) {
      assert.equal(named.filter((words) => what.test(words)).length, 1, `${what}: ${said.join('\n')}`);
    }
    assert.equal(named.length, 4);
    const { config } = await manager.streams.info('LVRA');
    assert.deepEqual([config.discard, config.max_msgs], ['new', 500]);
    assert.equal(bus.problem(), undefined);
  });

  test('that deletes what one reader has taken cannot be used, and the words say so', async (t) => {
    const { url } = await natsServer(t);
    const manager = await managerOf(t, url);
    await manager.streams.add({ name: 'LVRA', subjects: ['lvra.alerts.*'], retention: RetentionPolicy.Workqueue });
    const { bus, works } = busTo(t, url);
    await until('it is known', () =>
      /the stream LVRA cannot be had as it is needed: .*retention/.test(bus.problem() ?? ''),
    );
    await manager.streams.delete('LVRA');
    await until('the bus works', works);
  });

  test('stays on one server where there is only one, and the words say so', async (t) => {
    const { url } = await natsServer(t);
    await connected(t, url);
    const { said, publish } = await connected(t, url, { replicas: 3 });
    await publish(STEM);
    assert.equal(
      said.filter((words) => /nats_replicas is 3, but the stream LVRA stays on 1 .*; have 3 servers/.test(words))
        .length,
      1,
    );
  });

  test('stays marked as the data folder’s that uses it', async (t) => {
    const { url } = await natsServer(t);
    const manager = await managerOf(t, url);
    const marked = async () => (await manager.streams.info('LVRA')).config.metadata?.data_folder;
    const first = await connected(t, url, { dataFolder: 'first' });
    const waiting = (await first.subscribe()).next(30_000, never);
    await until('the first one pulls', async () => {
      for await (const { num_waiting } of manager.consumers.list('LVRA')) if (num_waiting > 0) return true;
      return false;
    });
    const second = await connected(t, url, { dataFolder: 'second' });
    assert.equal(await marked(), 'first');
    assert.ok(second.said.some((words) => /data folder \/data\/first: .* nats_prefix/.test(words)));
    await first.bus.close();
    await waiting;
    // Its pull is gone with it.
    await until('another one takes it', async () => {
      const { bus } = await connected(t, url, { dataFolder: 'third' });
      await bus.close();
      return (await marked()) === 'third';
    });
  });
});
