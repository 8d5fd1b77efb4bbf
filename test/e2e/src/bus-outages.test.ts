import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { NatsBus } from '@lvra/bus';
import { secretFile } from '@lvra/config/testing/secret-file';
import { DEFAULT_PREFIX, routeOf } from '@lvra/core';
import { startNats } from '@lvra/test-servers/nats';
import { freePort } from '@lvra/test-servers/ports';
import { connect } from 'nats';
import { busTo, connected, natsServer, never, OTHER, receive, route, STEM, until } from './nats-bus.js';

describe('a NATS server', { concurrency: 3 }, () => {
  test('that is not up yet delays nothing and is found when it starts', async (t) => {
    const port = await freePort();
    const { bus, publish, subscribe, works, said } = busTo(t, `127.0.0.1:${port}`);
    const subscription = await subscribe();
    const begun = performance.now();
    await assert.rejects(publish(STEM), /lvra\.features\.r0b\.20260301_000000 could not be announced: .*NATS/);
    assert.equal(await subscription.next(100, never), undefined);
    // An answer would be waited for 3 s.
    assert.ok(performance.now() - begun < 2_500);
    assert.match(bus.problem() ?? '', /not connected|cannot be used/);
    await until('the problem is reported', () => said.length === 1);
    const nats = await startNats({ port });
    t.after(() => nats.stop('SIGKILL'));
    await until('the bus is connected', works);
    await publish(STEM);
    (await receive(subscription)).ack();
    assert.equal(said.length, 2);
  });

  test('that goes away fails announcements at once, and is used again with all it holds when it is back', async (t) => {
    const nats = await natsServer(t);
    const { bus, publish, subscribe, works } = await connected(t, nats.url);
    const kept = routeOf('annotate', 'r0b');
    await bus.publish(kept.input(STEM), { stem: STEM, count: 1, at: 0 });
    const subscription = await subscribe();
    await publish(STEM);
    const inHand = await receive(subscription);
    const idle = subscription.next(2_000, never);
    await delay(100);
    await nats.kill();
    await until('the loss is noticed', () => !works(), 2_000);
    const begun = performance.now();
    await assert.rejects(publish(OTHER), /could not be announced: NATS is disconnected/);
    // An answer would be waited for 3 s.
    assert.ok(performance.now() - begun < 2_500);
    // Nobody hears it: the message comes again, and the ledger knows that it is done.
    inHand.ack();
    await nats.restart();
    await until('the bus works again', works);
    await publish(OTHER);
    assert.equal(((await idle) ?? (await receive(subscription))).subject, route.input(OTHER));
    assert.equal((await receive(await bus.subscribe(kept))).subject, kept.input(STEM));
    assert.equal(bus.problem(), undefined);
  });

  test('whose storage was wiped while it was down gets its streams and consumers anew', async (t) => {
    const nats = await natsServer(t);
    const { publish, subscribe, works } = await connected(t, nats.url);
    const subscription = await subscribe();
    await publish(STEM);
    (await receive(subscription)).ack();
    await nats.kill();
    await until('the loss is noticed', () => !works(), 2_000);
    rmSync(nats.storeDir, { recursive: true });
    await nats.restart();
    await until('the bus works again', works);
    await publish(OTHER);
    assert.equal((await receive(subscription)).subject, route.input(OTHER));
  });

  test('whose storage is wiped while the connection holds has them created again, whichever client notices first', async (t) => {
    const nats = await natsServer(t);
    const { bus, publish, subscribe, said, works } = await connected(t, nats.url);
    const admin = await connect({ servers: nats.url });
    t.after(() => admin.close());
    const manager = await admin.jetstreamManager();
    const wipe = async () => {
      for (const stream of ['LVRA', 'LVRA_DEAD']) await manager.streams.delete(stream);
    };
    const subscription = await subscribe();
    assert.equal(await subscription.next(1_000, never), undefined);
    await wipe();
    await assert.rejects(publish(STEM), /could not be announced/);
    await until('the streams are there again', works);
    await publish(STEM);
    assert.equal((await receive(subscription)).subject, route.input(STEM));
    // In the middle of a wait.
    const waiting = subscription.next(5_000, never);
    await delay(100);
    await wipe();
    const begun = performance.now();
    assert.equal(await waiting, undefined);
    assert.ok(performance.now() - begun < 6_500);
    assert.equal(await subscription.next(1_000, never), undefined);
    await until('the streams are there again', works);
    await publish(OTHER);
    assert.equal((await receive(subscription)).subject, route.input(OTHER));
    // Only the consumer.
    await manager.consumers.delete('LVRA', route.durable);
    await publish(STEM);
    // A new consumer gets all messages of the stream; those of finished stems are acknowledged again.
    const subjects = [(await receive(subscription)).subject, (await receive(subscription)).subject];
    assert.deepEqual(subjects.sort(), [route.input(STEM), route.input(OTHER)]);
    assert.equal(bus.problem(), undefined);
    assert.ok(said.length < 8, said.join('\n'));
  });

  test('that does not let us in is tried again with the password that its file holds then, and the words say why', async (t) => {
    const nats = await startNats({ config: passwordFile(t) });
    t.after(() => nats.stop('SIGKILL'));
    const { bus } = busTo(t, nats.url);
    await until('the refusal is known', () => /Authorization/i.test(bus.problem() ?? ''));
    const { secret, put } = secretFile(t, 'an-old-password');
    const right = new NatsBus({
      ...{ servers: [nats.url], account: { user: 'lvra', password: secret } },
      ...{ name: 'test', prefix: DEFAULT_PREFIX, replicas: 1, dataFolder: { data_folder: 'a', where: '/data/a' } },
      ackWaitMs: 1_000,
      onStatus: () => {},
      onProblem: () => {},
    });
    t.after(() => right.close());
    await until('the old password is refused', () => /Authorization/i.test(right.problem() ?? ''));
    put('secret-of-nats');
    await until('the right password works', () => right.problem() === undefined);
    await bus.close();
  });
});

/** The configuration of a server that requires a password. */
function passwordFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-nats-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'nats.conf');
  writeFileSync(path, 'authorization { user: lvra, password: secret-of-nats }\n');
  return path;
}
