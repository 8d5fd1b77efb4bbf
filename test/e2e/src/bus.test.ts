import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { freePort } from '@lvra/test-servers/ports';
import { busTo, connected, natsServer, never, OTHER, receive, route, STEM, stems, until } from './nats-bus.js';

describe('the NATS bus', { concurrency: 3 }, () => {
  test('delivers what was announced, also before anybody listened, only to the stage that it is for', async (t) => {
    const { url } = await natsServer(t);
    const { bus, publish, subscribe } = await connected(t, url);
    await publish(STEM);
    await bus.publish(`lvra.features.agn.${OTHER}`, { stem: OTHER, count: 1, at: 0 });
    await bus.publish(`lvra.alerts.${OTHER}`, { stem: OTHER, count: 1, at: 0 });
    const subscription = await subscribe();
    const delivery = await receive(subscription);
    assert.equal(delivery.subject, `lvra.features.r0b.${STEM}`);
    delivery.ack();
    assert.equal(await subscription.next(1_000, never), undefined);
  });

  test('shares the work between replicas, each stem to one of them', async (t) => {
    const { url } = await natsServer(t);
    const replicas = [await connected(t, url), await connected(t, url)];
    const { publish } = await connected(t, url);
    const received: string[][] = [[], []];
    const working = replicas.map(async ({ subscribe }, i) => {
      const subscription = await subscribe();
      while (received.flat().length < stems.length) {
        const delivery = await subscription.next(1_000, never);
        if (!delivery) continue;
        received[i]?.push(delivery.subject);
        await delay(5);
        delivery.ack();
      }
    });
    for (const stem of stems) await publish(stem);
    await Promise.all(working);
    assert.deepEqual(received.flat().sort(), stems.map(route.input));
    for (const part of received) assert.ok(part.length >= 10, `${part.length} of ${stems.length}`);
  });

  test('tells what waits at the server, what is being processed and what was redelivered', async (t) => {
    const { url } = await natsServer(t);
    const { bus, publish, subscribe } = await connected(t, url);
    const subscription = await subscribe();
    await publish(STEM);
    (await receive(subscription)).nak();
    const inHand = await receive(subscription);
    await publish(OTHER);
    // The server counts a moment later.
    const shows = async (waiting: number, unacknowledged: number, redelivered: number) => {
      const wanted = [{ queue: route.durable, waiting, unacknowledged, redelivered }];
      const deadline = performance.now() + 30_000;
      let queues = (await bus.depth())?.queues;
      for (; !isDeepStrictEqual(queues, wanted) && performance.now() < deadline; await delay(20)) {
        queues = (await bus.depth())?.queues;
      }
      assert.deepEqual(queues, wanted);
    };
    await shows(1, 1, 1);
    assert.ok(((await bus.depth())?.bytes ?? 0) > 0);
    inHand.ack();
    (await receive(subscription)).ack();
    await shows(0, 0, 0);
  });

  test('keeps one message a stem, however often it is announced', async (t) => {
    const { url } = await natsServer(t);
    const { publish, subscribe } = await connected(t, url);
    for (let n = 0; n < 5; n++) await publish(STEM);
    const subscription = await subscribe();
    (await receive(subscription)).ack();
    assert.equal(await subscription.next(1_000, never), undefined);
    await publish(STEM);
    (await receive(subscription)).ack();
  });

  test('delivers again what was not acknowledged, after the wait, to another replica', async (t) => {
    const { url } = await natsServer(t);
    const [silent, other] = [
      await connected(t, url, { ackWaitMs: 1_000 }),
      await connected(t, url, { ackWaitMs: 1_000 }),
    ];
    const begun = performance.now();
    await silent.publish(STEM);
    await receive(await silent.subscribe());
    const again = await receive(await other.subscribe());
    assert.ok(performance.now() - begun >= 1_000);
    assert.equal(again.subject, route.input(STEM));
    again.ack();
  });

  test('leaves a message with the replica that reports progress, and redelivers at once what is nak’ed', async (t) => {
    const { url } = await natsServer(t);
    const [slow, other] = [
      await connected(t, url, { ackWaitMs: 1_000 }),
      await connected(t, url, { ackWaitMs: 1_000 }),
    ];
    await slow.publish(STEM);
    const delivery = await receive(await slow.subscribe());
    const heartbeat = setInterval(() => delivery.working(), 200);
    t.after(() => clearInterval(heartbeat));
    const subscription = await other.subscribe();
    assert.equal(await subscription.next(2_500, never), undefined);
    clearInterval(heartbeat);
    const begun = performance.now();
    delivery.nak();
    (await receive(subscription)).ack();
    assert.ok(performance.now() - begun < 900);
  });

  test('ends a wait for messages at once when it is given up', async (t) => {
    const { url } = await natsServer(t);
    const { subscribe } = await connected(t, url);
    const subscription = await subscribe();
    const stop = new AbortController();
    const waiting = subscription.next(30_000, stop.signal);
    await delay(300);
    const begun = performance.now();
    stop.abort();
    assert.equal(await waiting, undefined);
    assert.equal(await subscription.next(30_000, stop.signal), undefined);
    assert.ok(performance.now() - begun < 20_000);
  });
});

describe('closing', { concurrency: 2 }, () => {
  const timed = async (work: () => Promise<void>) => {
    const begun = performance.now();
    await work();
    return performance.now() - begun;
  };

  test('is quick while the server is there, gone, frozen or was never there', async (t) => {
    const nats = await natsServer(t);
    const there = await connected(t, nats.url);
    assert.ok((await timed(() => there.bus.close())) < 500, 'there');
    const [gone, frozen] = [await connected(t, nats.url), await connected(t, nats.url)];
    process.kill(nats.pid, 'SIGSTOP');
    // Until it is, it may answer.
    await until('it is stopped', () => /\) T /.test(readFileSync(`/proc/${nats.pid}/stat`, 'latin1')));
    assert.ok((await timed(() => frozen.bus.close())) < 2_000, 'frozen');
    await nats.kill();
    await until('the loss is noticed', () => !gone.works(), 2_000);
    assert.ok((await timed(() => gone.bus.close())) < 500, 'gone');
    const never = busTo(t, `127.0.0.1:${await freePort()}`);
    assert.ok((await timed(() => never.bus.close())) < 500, 'never there');
  });

  test('sends the last acknowledgement on its way first', async (t) => {
    const { url } = await natsServer(t);
    const [first, second] = [
      await connected(t, url, { ackWaitMs: 1_000 }),
      await connected(t, url, { ackWaitMs: 1_000 }),
    ];
    await first.publish(STEM);
    (await receive(await first.subscribe())).ack();
    await first.bus.close();
    assert.equal(await (await second.subscribe()).next(2_500, never), undefined);
  });
});
