import type { FaultWorld } from './fault-world.js';

/** Waits until so many messages are registered, as alerts or in quarantine. */
export function untilRegistered(world: FaultWorld, count: number, withinMs?: number): Promise<void> {
  return world.until(`${count} messages are registered`, () => registered(world) >= count, withinMs);
}

/** Messages in batches and in quarantine. */
export function registered(world: FaultWorld): number {
  return world.count(`SELECT (SELECT coalesce(sum(alerts), 0) FROM batch WHERE registered_at IS NOT NULL)
    + (SELECT count(*) FROM quarantine WHERE stage = 'consumer')`);
}

/** Waits until a service says at /readyz that it cannot work, in these words. */
export function untilNotReady(world: FaultWorld, name: string, words: RegExp): Promise<void> {
  return world.until(`${name} is not ready: ${words}`, async () => {
    const response = await fetch(`${world.service(name).url}/readyz`);
    return response.status === 503 && words.test(await response.text());
  });
}

/** Waits until a service is ready again. */
export function untilReady(world: FaultWorld, name: string): Promise<void> {
  return world.until(`${name} is ready`, async () => (await fetch(`${world.service(name).url}/readyz`)).ok);
}
