import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Delivery, NatsBus, type Subscription } from '@lvra/bus';
import type { NatsServers } from '@lvra/config';
import { DEFAULT_PREFIX, routeOf, stemOf } from '@lvra/core';
import { type NatsServer, startNats } from '@lvra/test-servers/nats';

export const route = routeOf('predict', 'r0b');
export const never: AbortSignal = new AbortController().signal;
export const stems = Array.from({ length: 40 }, (_, n) => stemOf(new Date(Date.UTC(2026, 2, 1, 0, 0, n))));
export const [STEM, OTHER] = stems as [string, string];

export async function natsServer(t: TestContext): Promise<NatsServer> {
  const nats = await startNats();
  t.after(() => nats.stop('SIGKILL'));
  return nats;
}

export interface BusOptions extends Pick<NatsServers, 'account' | 'credentials' | 'tls'> {
  readonly ackWaitMs?: number;
  readonly prefix?: string;
  readonly replicas?: number;
  readonly dataFolder?: string;
}

export function busTo(t: TestContext, url: string, options: BusOptions = {}) {
  const said: string[] = [];
  const { ackWaitMs = 30_000, prefix = DEFAULT_PREFIX, replicas = 1, dataFolder = 'a', ...login } = options;
  const say = (words: string) => said.push(words);
  const bus = new NatsBus({
    ...{ servers: url.split(','), name: 'test', prefix, replicas, ackWaitMs, ...login },
    dataFolder: { data_folder: dataFolder, where: `/data/${dataFolder}` },
    ...{ onStatus: say, onProblem: say },
  });
  t.after(() => bus.close());
  const publish = (stem: string) => bus.publish(route.input(stem), { stem, vra: 'r0b', count: 1, at: Date.now() });
  return { bus, publish, said, subscribe: () => bus.subscribe(route), works: () => bus.problem() === undefined };
}

export async function until(
  description: string,
  what: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${description}`);
    await delay(10);
  }
}

export async function connected(t: TestContext, url: string, options?: BusOptions) {
  const bus = busTo(t, url, options);
  await until('the bus is connected', bus.works);
  return bus;
}

/** Waits for the next message over as many pulls as it takes. */
export async function receive(subscription: Subscription, withinMs = 30_000): Promise<Delivery> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const delivery = await subscription.next(1_000, never);
    if (delivery) return delivery;
  }
  throw new Error(`no message within ${withinMs} ms`);
}
