import type { FaultWorld } from './fault-world.js';

/**
 * The answer of a service at /readyz: '' while it is ready. Each time on a new connection: a kept one is reset by a
 * service that was blocked for seconds, as by a locked ledger.
 */
export async function reasonOf(world: FaultWorld, name: string): Promise<string> {
  const answer = await fetch(`${world.service(name).url}/readyz`, { headers: { connection: 'close' } });
  return answer.ok ? '' : answer.text();
}

/** Waits until a service is not ready for a reason; it must be alive all the time. */
export function untilNotReady(world: FaultWorld, name: string, reason: RegExp, withinMs = 60_000): Promise<void> {
  return world.until(
    `${name} is not ready because of ${reason}`,
    async () => {
      if (!world.service(name).alive) throw new Error(`${name} has ended\n${world.lastOutput()}`);
      return reason.test(await reasonOf(world, name));
    },
    withinMs,
  );
}

/** Waits until services are ready again. */
export async function untilReady(world: FaultWorld, names: readonly string[], withinMs = 60_000): Promise<void> {
  for (const name of names) {
    await world.until(`${name} is ready again`, async () => (await reasonOf(world, name)) === '', withinMs);
  }
}
