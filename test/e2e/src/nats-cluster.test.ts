import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startNatsCluster } from '@lvra/test-servers/nats-cluster';
import { connect } from 'nats';
import { busTo, connected, receive, route, STEM, stems, until } from './nats-bus.js';

/** An election takes up to ten seconds, and tests share the processor. */
const WITHIN_MS = 45_000;

describe('a NATS of three servers', { concurrency: 3 }, () => {
  test('keeps each stream three times, and when its leader is killed announcements go on', async (t) => {
    const cluster = await startNatsCluster();
    t.after(() => cluster.stop());
    const { bus, publish, subscribe, works } = busTo(t, cluster.urls, { replicas: 3 });
    await until('the bus works', works, WITHIN_MS);
    const subscription = await subscribe();
    await publish(STEM);
    (await receive(subscription)).ack();
    const leader = await cluster.leaderOf('LVRA');
    await leader.kill();
    const after = stems.slice(1, 6);
    const taken: string[] = [];
    await until(
      'announcements are taken again',
      async () => {
        const [next] = after;
        if (next === undefined) return true;
        await publish(next).then(
          () => after.shift(),
          // The stages sweep meanwhile.
          () => delay(200),
        );
        return false;
      },
      WITHIN_MS,
    );
    while (taken.length < 5) {
      const delivery = await receive(subscription, WITHIN_MS);
      taken.push(delivery.subject);
      delivery.ack();
    }
    assert.deepEqual(taken.sort(), stems.slice(1, 6).map(route.input));
    assert.equal(bus.problem(), undefined);
    await leader.restart();
    await cluster.untilWhole('LVRA');
  });

  test('of which one falls silent, without a word, is left for another within ten seconds', async (t) => {
    const cluster = await startNatsCluster();
    t.after(() => cluster.stop());
    const { said, subscribe, publish, works } = busTo(t, cluster.urls, { replicas: 3 });
    await until('the bus works', works, WITHIN_MS);
    const portOf = () => /connected to NATS at .*:(\d+)$/.exec(said.at(-1) ?? '')?.[1];
    const at = cluster.servers.find(({ port }) => String(port) === portOf());
    assert.ok(at, said.join('\n'));
    // As a host that lost its power: its connections stay open, and nobody answers.
    process.kill(at.pid, 'SIGSTOP');
    const begun = performance.now();
    await until('the loss is noticed', () => !works(), WITHIN_MS);
    const noticedAfterMs = performance.now() - begun;
    await until('another one is used', works, WITHIN_MS);
    t.diagnostic(
      `noticed after ${Math.round(noticedAfterMs)} ms, another after ${Math.round(performance.now() - begun)} ms`,
    );
    assert.ok(noticedAfterMs < 10_000, `after ${noticedAfterMs} ms`);
    assert.notEqual(portOf(), String(at.port));
    await publish(STEM);
    (await receive(await subscribe(), WITHIN_MS)).ack();
    process.kill(at.pid, 'SIGCONT');
  });

  test('takes a stream of one server to three, never back, and two settings of replicas live together', async (t) => {
    const cluster = await startNatsCluster();
    t.after(() => cluster.stop());
    const admin = await connect({ servers: cluster.urls.split(',') });
    t.after(() => admin.close());
    const replicasOf = async (stream: string) =>
      (await (await admin.jetstreamManager()).streams.info(stream)).config.num_replicas;
    const one = busTo(t, cluster.urls, { replicas: 1 });
    await until('the first works', one.works, WITHIN_MS);
    assert.equal(await replicasOf('LVRA'), 1);
    const three = busTo(t, cluster.urls, { replicas: 3 });
    await until('the second works', three.works, WITHIN_MS);
    assert.deepEqual([await replicasOf('LVRA'), await replicasOf('LVRA_DEAD')], [3, 3]);
    await one.bus.close();
    const again = await connected(t, cluster.urls, { replicas: 1 });
    assert.equal(await replicasOf('LVRA'), 3);
    await again.publish(STEM);
    (await receive(await three.subscribe(), WITHIN_MS)).ack();
    assert.ok(!again.said.some((words) => /nats_replicas/.test(words)));
  });
});
