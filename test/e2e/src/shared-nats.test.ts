import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { secretOf } from '@lvra/config';
import { removeFolder, temporaryFolder } from '@lvra/test-servers/folders';
import { startNats } from '@lvra/test-servers/nats';
import { connect } from 'nats';
import { busTo, connected, natsServer, never, OTHER, receive, route, STEM, until } from './nats-bus.js';

describe('a NATS server that is not ours alone', { concurrency: 3 }, () => {
  test('keeps two deployments with prefixes of their own apart', async (t) => {
    const { url } = await natsServer(t);
    const [ours, theirs] = [
      await connected(t, url, { dataFolder: 'ours' }),
      await connected(t, url, { dataFolder: 'theirs', prefix: 'lvra_dev' }),
    ];
    await ours.publish(STEM);
    await theirs.publish(OTHER);
    const [mine, other] = [await ours.subscribe(), await theirs.subscribe()];
    const delivery = await receive(other);
    assert.equal(delivery.subject, `lvra_dev.features.r0b.${OTHER}`);
    delivery.ack();
    assert.equal(await other.next(1_000, never), undefined);
    assert.equal((await receive(mine)).subject, route.input(STEM));
    assert.deepEqual(
      [...ours.said, ...theirs.said].filter((words) => /data folder/.test(words)),
      [],
    );
  });

  test('can confine the user of each deployment to its prefix', async (t) => {
    const folder = temporaryFolder('nats-users');
    t.after(() => removeFolder(folder));
    const user = (name: string, prefix: string) => {
      const stream = prefix.toUpperCase();
      const api = [`STREAM.*.${stream}`, `STREAM.*.${stream}_DEAD`, `CONSUMER.*.${stream}`, `CONSUMER.*.${stream}.>`];
      const requests = [...api, `CONSUMER.DURABLE.CREATE.${stream}.>`, `CONSUMER.MSG.NEXT.${stream}.>`, 'INFO'];
      const publish = [`${prefix}.>`, ...requests.map((request) => `$JS.API.${request}`), `$JS.ACK.${stream}.>`];
      const permissions = JSON.stringify({ publish, subscribe: [`_INBOX.${prefix}.>`] });
      return `{ user: ${name}, password: of-${name}, permissions: ${permissions} }`;
    };
    const config = join(folder, 'nats.conf');
    writeFileSync(config, `authorization { users: [${user('night', 'lvra')}, ${user('dev', 'lvra_dev')}] }\n`);
    const nats = await startNats({ config });
    t.after(() => nats.stop('SIGKILL'));
    const account = (name: string) => ({ user: name, password: secretOf('test', () => `of-${name}`) });
    const [ours, theirs] = [
      await connected(t, nats.url, { account: account('night') }),
      await connected(t, nats.url, { account: account('dev'), prefix: 'lvra_dev' }),
    ];
    for (const { publish, subscribe, bus } of [ours, theirs]) {
      await publish(STEM);
      (await receive(await subscribe())).ack();
      assert.equal((await bus.depth())?.queues.length, 1);
    }
    const { bus } = busTo(t, nats.url, { account: account('dev') });
    await until('the other’s streams are refused', () => /Permissions Violation/i.test(bus.problem() ?? ''));
  });

  test('is reported as used with another data folder, once, and not with the same one', async (t) => {
    const { url } = await natsServer(t);
    const first = await connected(t, url, { dataFolder: 'prod' });
    const replica = await connected(t, url, { dataFolder: 'prod' });
    const second = await connected(t, url, { dataFolder: 'copy' });
    await second.publish(STEM);
    await receive(await second.subscribe());
    const aboutFolders = ({ said }: typeof first) => said.filter((words) => /data folder/.test(words));
    assert.deepEqual([aboutFolders(first), aboutFolders(replica)], [[], []]);
    assert.equal(aboutFolders(second).length, 1);
    assert.match(aboutFolders(second)[0] ?? '', /stream LVRA .* data folder \/data\/prod: .* nats_prefix/);
  });

  test('and has a stream with our subjects: that stream is named, with what to do', async (t) => {
    const { url } = await natsServer(t);
    const admin = await connect({ servers: url });
    t.after(() => admin.close());
    const manager = await admin.jetstreamManager();
    await manager.streams.add({ name: 'NIGHT_LOG', subjects: ['lvra.alerts.>', 'other.>'] });
    const { bus, works } = busTo(t, url);
    await until('the overlap is known', () => /overlap|NIGHT_LOG/.test(bus.problem() ?? ''));
    assert.match(
      bus.problem() ?? '',
      /the stream LVRA cannot have its subjects: the stream NIGHT_LOG has lvra\.alerts\.\*; remove .* nats_prefix/,
    );
    await manager.streams.delete('NIGHT_LOG');
    await until('the bus works', works);
  });
});

test('a NATS server without JetStream is reported to have none, with what to do', async (t) => {
  const nats = await startNats({ jetStream: false });
  t.after(() => nats.stop('SIGKILL'));
  const { bus } = busTo(t, nats.url);
  await until('the problem is known', () => /cannot be used/.test(bus.problem() ?? ''));
  assert.match(bus.problem() ?? '', /it has no JetStream, or not yet: start it with --jetstream/);
});
