import type { FaultWorld } from '../../fault-world.js';

/** Has services that are started from now on reach the hosts of the ledger through proxies, which are at these ports. */
export function through(world: FaultWorld, ports: readonly number[]): void {
  const address = world.environment.LVRA_LEDGER!;
  const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
  world.environment.LVRA_LEDGER = address.replace(/@[^/]*\//, `@${hosts}/`);
}
