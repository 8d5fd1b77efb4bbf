import assert from 'node:assert/strict';
import { HOOK } from '../../armed.js';
import type { FaultCase } from '../../fault-case.js';
import { SERVICES } from '../../fault-world.js';
import { startPostgresProxy } from '../../ledgers/postgres-proxy.js';
import { SERVICE_POINTS } from '../../points/service-points.js';
import { through } from './hosts-of.js';

/** Of the transactions of one name, those whose answers are lost. */
const LOST = [1, 3];
const COMMIT = /^before (commit [A-Z].*)$/;

/** The server has committed, and who asked for it does not know. */
export const cases: FaultCase[] = [
  {
    name: 'postgres-answer-lost',
    fault: `the answers to COMMITs ${LOST.join(' and ')} of every kind of write transaction, cut off after the commit`,
    ledger: 'postgres',
    recoversWithinMs: 180_000,
    timeoutMs: 480_000,
    async run(world) {
      let isOn = false;
      const proxy = await startPostgresProxy(world.postgres!.hosts[0]!.port, (_, nth) => isOn && LOST.includes(nth));
      world.atEnd(() => proxy.close());
      through(world, [proxy.port]);
      // A start is repeated by who starts services.
      const hooked = { node: ['--import', HOOK], environment: { FAULT_NAMES: 'yes' } };
      await world.startAll(hooked);
      isOn = true;
      const over = new AbortController();
      const load = world.load.stream(15, over.signal);
      const names = SERVICES.flatMap((name) => SERVICE_POINTS[name].flatMap((point) => COMMIT.exec(point)?.[1] ?? []));
      assert.equal(new Set(names).size, 8);
      const isLost = () => names.every((name) => proxy.lost.get(name) === LOST.length);
      const lostSoFar = () => [...proxy.lost].map(([name, times]) => `${times} of ${name}`).join(', ');
      await world.until('the answer to each kind of COMMIT was lost', isLost, 240_000).catch((error: Error) => {
        throw new Error(`lost: ${lostSoFar()}`, { cause: error });
      });
      await world.injected([...proxy.lost.values()].reduce((sum, times) => sum + times, 0));
      isOn = false;
      over.abort();
      await load;
      world.faultEnded();
    },
  },
];
