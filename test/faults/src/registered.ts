import type { FaultWorld } from './fault-world.js';

/** Waits until `count` messages are registered, as alerts or in quarantine. */
export function untilRegistered(world: FaultWorld, count: number, withinMs?: number): Promise<void> {
  return world.until(`${count} messages are registered`, async () => (await registered(world)) >= count, withinMs);
}

/** Messages in batches and in quarantine. */
export function registered(world: FaultWorld): Promise<number> {
  return world.count(`SELECT (SELECT coalesce(sum(alerts), 0) FROM batch WHERE registered_at IS NOT NULL)
    + (SELECT count(*) FROM quarantine WHERE stage = 'consumer')`);
}
