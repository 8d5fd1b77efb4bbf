import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type NatsCluster, startNatsCluster } from '@lvra/test-servers/nats-cluster';
import type { FaultCase } from '../fault-case.js';
import { FaultWorld } from '../fault-world.js';
import { isSettled } from '../judges/judge.js';
import { assertUnharmed } from '../run-case.js';
import { underLoad } from './nats.js';

/** Work goes on within this, whichever of three servers is lost. */
const GOES_ON_WITHIN_MS = 15_000;
const DOWN_MS = 12_000;

/** NATS of three servers, each stream on all of them. */
export const cases: FaultCase[] = [
  {
    name: 'nats-leader-killed',
    fault: 'of three NATS servers the one killed that leads the stream, twice',
    run: async (world) => {
      const cluster = await onCluster(world);
      await underLoad(world, async () => {
        for (let time = 0; time < 2; time++) {
          await cluster.untilWhole('LVRA');
          const leader = await cluster.leaderOf('LVRA');
          await goesOn(world, () => leader.kill());
          await leader.restart();
        }
      });
    },
  },
  {
    name: 'nats-leader-silent',
    fault: 'of three NATS servers the one that leads the stream falls silent, its connections open, for 12 s',
    run: async (world) => {
      const cluster = await onCluster(world);
      await underLoad(world, async () => {
        const { pid } = await cluster.leaderOf('LVRA');
        await goesOn(world, async () => process.kill(pid, 'SIGSTOP'));
        process.kill(pid, 'SIGCONT');
      });
    },
  },
  {
    name: 'nats-cluster-gone',
    fault: 'all three NATS servers killed, and back after 12 s',
    run: async (world) => {
      const { servers } = await onCluster(world);
      await underLoad(world, async () => {
        await goesOn(world, () => Promise.all(servers.map((server) => server.kill())));
        await Promise.all(servers.map((server) => server.restart()));
      });
    },
  },
  {
    name: 'nats-two-deployments',
    fault: 'two deployments with a prefix each on three NATS servers, and one of those killed',
    timeoutMs: 420_000,
    run: async (world) => {
      const cluster = await onCluster(world);
      const { seed, topic, kafka, postgres } = world;
      const settings = {
        LVRA_NATS_SERVERS: cluster.urls,
        LVRA_NATS_REPLICAS: '3',
        LVRA_NATS_PREFIX: 'lvra_dev',
      };
      const other = await FaultWorld.make({
        ...{ seed: seed + 1, topic: `${topic}-dev`, partitions: 1, kafka, postgres, settings },
      });
      world.atEnd(() => other.end());
      await Promise.all([
        underLoad(other, () => sleep(DOWN_MS)),
        underLoad(world, async () => {
          const leader = await cluster.leaderOf('LVRA_DEV');
          await goesOn(world, () => leader.kill());
          await leader.restart();
        }),
      ]);
      await other.until('every alert of the other deployment is settled', () => isSettled(other), 120_000);
      await assertUnharmed(other);
      const lines = [world, other].flatMap(({ services }) =>
        [...services.values()].flatMap((service) => service.lines),
      );
      assert.deepEqual(
        lines.filter((line) => /data folder .* nats_prefix/.test(line)),
        [],
      );
    },
  },
];

async function onCluster(world: FaultWorld): Promise<NatsCluster> {
  const cluster = await startNatsCluster();
  world.atEnd(() => cluster.stop());
  Object.assign(world.environment, { LVRA_NATS_SERVERS: cluster.urls, LVRA_NATS_REPLICAS: '3' });
  return cluster;
}

/** Injects a loss, lets it last, and looks for how long Lasair heard nothing. */
async function goesOn(world: FaultWorld, lose: () => Promise<unknown>): Promise<void> {
  await world.injected();
  const begun = Date.now();
  await lose();
  await sleep(DOWN_MS);
  const until = Math.max(GOES_ON_WITHIN_MS - (Date.now() - begun), 0);
  await world.until('an annotation after the loss', () => heard(world, begun).length > 0, until);
  const times = [begun, ...heard(world, begun), Date.now()];
  const gapMs = Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
  process.stdout.write(`${world.topic}: longest time without an annotation: ${(gapMs / 1_000).toFixed(1)} s\n`);
  assert.ok(gapMs <= GOES_ON_WITHIN_MS, `for ${gapMs} ms nothing was annotated`);
}

/** When Lasair took annotations, since a time. */
function heard({ sandbox }: FaultWorld, since: number): number[] {
  return sandbox.received.filter(({ at, accepted }) => at >= since && accepted > 0).map(({ at }) => at);
}
