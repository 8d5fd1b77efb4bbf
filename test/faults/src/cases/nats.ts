import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NatsBus } from '@lvra/bus';
import { DEFAULT_PREFIX, type Random, routeOf, STAGES } from '@lvra/core';
import { startNats } from '@lvra/test-servers/nats';
import { connect, type JetStreamManager, type NatsConnection } from 'nats';
import type { FaultCase } from '../fault-case.js';
import { type FaultWorld, SERVICES } from '../fault-world.js';
import { startProxy, type TcpProxy } from '../proxy.js';
import { mountVolume } from '../small-volume.js';

const STREAMS = ['LVRA', 'LVRA_DEAD'] as const;
const DOWN_MS = 8_000;
const PER_SECOND = 40;

/** For any fault of the bus: the ledger has the work, and the sweep finds it. */
export const cases: FaultCase[] = [
  {
    name: 'nats-down',
    fault: `NATS stopped for ${DOWN_MS / 1000} s`,
    run: (world) =>
      underLoad(world, async () => {
        await world.injected();
        await world.nats.kill('SIGTERM');
        await sleep(DOWN_MS);
        await world.nats.restart();
      }),
  },
  {
    name: 'nats-killed',
    fault: 'NATS killed and started again',
    run: (world, random) =>
      underLoad(world, async () => {
        for (let time = 0; time < 4; time++) {
          await world.injected();
          await world.nats.kill('SIGKILL');
          await world.nats.restart();
          await sleep(random.between(500, 2_000));
        }
      }),
  },
  {
    name: 'nats-wiped',
    fault: 'the storage of NATS wiped while it is down',
    run: (world) =>
      underLoad(world, async () => {
        await world.injected();
        await world.nats.kill('SIGKILL');
        for (const name of readdirSync(world.nats.storeDir)) {
          rmSync(join(world.nats.storeDir, name), { recursive: true });
        }
        await world.nats.restart();
      }),
  },
  {
    name: 'nats-streams-gone',
    fault: 'streams and consumers deleted while the connections hold',
    run: (world) =>
      underLoad(world, () =>
        withManager(world, async (manager) => {
          for (let time = 0; time < 3; time++) {
            await world.until('the streams are there', async () => {
              const names = await manager.streams.names().next();
              return STREAMS.every((stream) => names.includes(stream));
            });
            await world.injected();
            for (const stream of STREAMS) await manager.streams.delete(stream);
          }
        }),
      ),
  },
  {
    name: 'nats-disk-full',
    fault: 'the disk of NATS full for 10 s',
    // It takes nothing until it is restarted: each stage finds its work by a sweep.
    run: async (world) => {
      const volume = mountVolume(world, 'nats', 16);
      const nats = await startNats({ storeDir: volume.path });
      world.atEnd(() => nats.stop('SIGKILL'));
      world.environment.LVRA_NATS_SERVERS = nats.url;
      await underLoad(world, async () => {
        volume.fill();
        await world.injected();
        await sleep(10_000);
        volume.empty();
      });
    },
  },
  {
    name: 'nats-slow',
    fault: 'a link to NATS of 400 ms and 4 kB/s',
    run: async (world) => {
      const proxy = await throughProxy(world);
      await underLoad(world, async () => {
        await world.injected();
        proxy.slow(400, 4_000);
        await sleep(15_000);
        await proxy.pass();
      });
    },
  },
  {
    name: 'nats-black-hole',
    fault: 'the link to NATS accepts everything and delivers nothing',
    run: async (world) => {
      const proxy = await throughProxy(world);
      await underLoad(world, async () => {
        await world.injected();
        proxy.silent();
        await sleep(20_000);
        await proxy.pass();
      });
    },
  },
  {
    name: 'nats-twice',
    fault: 'every message again, twice and out of order',
    run: (world, random) =>
      withConnection(world, async (connection) => {
        const echo = sayAgain(world, connection, random);
        await underLoad(world, async () => {
          await world.injected(0);
          await sleep(10_000);
        });
        await echo();
      }),
  },
  {
    name: 'nats-shared',
    fault: 'another deployment under the same prefix takes messages of every stage for 15 s',
    run: async (world) => {
      const bus = new NatsBus({
        ...{ servers: [world.nats.url], name: 'another', prefix: DEFAULT_PREFIX, replicas: 1, ackWaitMs: 30_000 },
        dataFolder: { data_folder: 'another', where: '/another/folder' },
        ...{ onStatus: () => {}, onProblem: () => {} },
      });
      world.atEnd(() => bus.close());
      const stop = new AbortController();
      await underLoad(world, async () => {
        const taking = STAGES.map(async (stage) => {
          const subscription = await bus.subscribe(routeOf(stage, 'r0b'));
          while (!stop.signal.aborted) {
            const delivery = await subscription.next(1_000, stop.signal);
            if (delivery) await world.injected();
            delivery?.ack();
          }
        });
        await sleep(15_000);
        stop.abort();
        await Promise.all(taking);
      });
      assert.ok(world.injections.times > 0, 'it took none');
      const before = world.service('feature').lines;
      await world.service('feature').end();
      await world.start('feature');
      // Any service whose consumer was silent checks the streams and names the other deployment.
      await world.until('the other data folder is named', () =>
        [before, ...SERVICES.map((name) => world.service(name).lines)].some((lines) =>
          lines.some((line) => /last used with the data folder \/another\/folder/.test(line)),
        ),
      );
    },
  },
  {
    name: 'nats-consumer-silent',
    fault: 'a consumer that delivers nothing, on a bus that works',
    run: async (world) => {
      await world.startAll();
      await world.load.send(60);
      await world.untilAnnotated(60);
      await withManager(world, async (manager) => {
        await manager.consumers.pause('LVRA', 'predict-r0b', new Date(Date.now() + 3_600_000));
        // Messages in delivery have arrived by then.
        await sleep(6_000);
        await world.injected();
        await world.load.send(60);
        await world.untilAnnotated(120, 30_000);
        world.faultEnded();
        const page = await world.service('predict').metrics();
        assert.match(page, /lvra_bus_connected\{.*\} 1/);
      });
    },
  },
];

/** Alerts come in before, while and after `inject` does its work. */
export async function underLoad(world: FaultWorld, inject: () => Promise<unknown>): Promise<void> {
  await world.startAll();
  const over = new AbortController();
  const load = world.load.stream(PER_SECOND, over.signal);
  await world.untilAnnotated(20);
  await inject();
  world.faultEnded();
  await sleep(1_000);
  over.abort();
  await load;
}

/** The services reach NATS through a proxy. */
async function throughProxy(world: FaultWorld): Promise<TcpProxy> {
  const proxy = await startProxy(world.nats.port);
  world.atEnd(() => proxy.close());
  world.environment.LVRA_NATS_SERVERS = `127.0.0.1:${proxy.port}`;
  return proxy;
}

async function withConnection(world: FaultWorld, use: (connection: NatsConnection) => Promise<void>): Promise<void> {
  const connection = await connect({ servers: world.nats.url });
  try {
    await use(connection);
  } finally {
    await connection.close();
  }
}

function withManager(world: FaultWorld, use: (manager: JetStreamManager) => Promise<void>): Promise<void> {
  return withConnection(world, async (connection) => use(await connection.jetstreamManager()));
}

/** Publishes every announcement twice more, after random delays. @returns a function that waits for the last of them */
function sayAgain(world: FaultWorld, connection: NatsConnection, random: Random): () => Promise<unknown> {
  const again: Promise<void>[] = [];
  const ours = new Map<string, number>();
  const subscription = connection.subscribe('lvra.>', {
    callback: (_, { subject, data }) => {
      // Messages that are published here arrive here too.
      const left = ours.get(subject) ?? 0;
      if (left > 0) return void ours.set(subject, left - 1);
      ours.set(subject, 2);
      for (let time = 0; time < 2; time++) {
        world.injections.times++;
        again.push(sleep(random.between(0, 5_000)).then(() => connection.publish(subject, data)));
      }
    },
  });
  return async () => {
    // First, or a new announcement would be republished on a closed connection.
    subscription.unsubscribe();
    await Promise.all(again);
    await connection.flush();
  };
}
