import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { FaultCase } from '../../fault-case.js';
import { type FaultWorld, SERVICES, type StartOptions } from '../../fault-world.js';

const OLD: StartOptions = {};
const NEW: StartOptions = {
  node: ['--import', fileURLToPath(new URL('../../newer-release/hook.js', import.meta.url))],
};
const MIGRATIONS = 'SELECT max(number) FROM lvra_migration';

/** Services of this release and of the next one, which has a migration more, beside each other on one ledger. */
export const cases: FaultCase[] = [
  {
    name: 'upgrade-rolling',
    fault: 'services changed under load, one after the other, for those of a release with one migration more, and back',
    ledger: 'postgres',
    partitions: 2,
    async run(world) {
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(30, over.signal);
      await world.untilAnnotated(20);
      const before = await world.count(MIGRATIONS);
      await roll(world, OLD, NEW);
      assert.equal(await world.count(MIGRATIONS), before + 1);
      // Back, though the ledger is the newer release's.
      await roll(world, NEW, OLD);
      assert.equal(await world.count(MIGRATIONS), before + 1);
      world.faultEnded();
      over.abort();
      await load;
    },
  },
];

/** Each service gets its successor first, and ends then. The last one dies before, and starts again on what the others made. */
async function roll(world: FaultWorld, from: StartOptions, to: StartOptions): Promise<void> {
  for (const name of SERVICES) {
    if (name === SERVICES.at(-1)) {
      await world.service(name).end('SIGKILL');
      await world.start(name, from);
    }
    const old = world.service(name);
    world.services.set(`${name} before ${world.injections.times}`, old);
    await world.start(name, to);
    await world.injected();
    await world.untilAnnotated((await world.count('SELECT count(*) FROM annotation_outcome')) + 10);
    assert.equal(await old.end('SIGTERM'), 0);
  }
}
