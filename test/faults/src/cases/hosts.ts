import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '@lvra/test-servers/service';
import { isStopped, startArmed } from '../armed.js';
import type { FaultCase } from '../fault-case.js';
import { type FaultWorld, SERVICES } from '../fault-world.js';

const STOPPED_MS = 150_000;
const LOCK_FREE_WITHIN_MS = 15_000;
/** A lease lasts 30 s. */
const TAKEN_OVER_WITHIN_MS = 60_000;
const POINT = 'before commit ResultLedger.recordFeatures';

const HOLDER = `SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database
  WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted AND classid = 0 AND datname = current_database()`;

/** A host is the services that run on it: all of them stop at one instant, and hold what they hold. */
export const cases: FaultCase[] = [
  {
    name: 'host-gone',
    fault: `all services of one of two hosts stopped inside a transaction for ${STOPPED_MS / 1_000} s, and killed`,
    ledger: 'postgres',
    partitions: 2,
    timeoutMs: 480_000,
    async run(world) {
      await world.startAll();
      const lost = new Map<string, Service>();
      for (const name of SERVICES) {
        const as = `${name} of the lost host`;
        // Once it has work of its own to be found by others.
        const stop = { point: POINT, nth: 3, signal: 'SIGSTOP' } as const;
        const service = name === 'feature' ? await startArmed(world, name, stop, as) : await world.start(name, { as });
        lost.set(name, service);
      }
      const over = new AbortController();
      const load = world.load.stream(30, over.signal);
      await world.until('one stands still in its transaction', () => isStopped(lost.get('feature')!));
      for (const service of lost.values()) service.signal('SIGSTOP');
      const stoppedAt = performance.now();
      await world.injected();
      const sinceStop = () => performance.now() - stoppedAt;
      const [held] = await world.values<bigint>(HOLDER);
      assert.ok(held, 'nobody holds the lock of the one writer');
      const isFree = async () => !(await world.values<bigint>(HOLDER)).includes(held);
      await world.until("the one writer's lock is free", isFree, LOCK_FREE_WITHIN_MS);
      report(world, `the one writer's lock was free after ${(sinceStop() / 1_000).toFixed(1)} s`);
      const pids = [...lost.values()].map(({ pid }) => pid);
      const claimed = await claimsOf(world, pids);
      assert.ok(claimed.length > 0, 'the lost host had no stem');
      const areElsewhere = async () => (await claimsOf(world, pids)).length === 0;
      await world.until('all its stems are elsewhere', areElsewhere, TAKEN_OVER_WITHIN_MS - sinceStop());
      report(world, `its ${claimed.length} stems were elsewhere after ${(sinceStop() / 1_000).toFixed(1)} s`);
      over.abort();
      await load;
      await sleep(Math.max(0, STOPPED_MS - sinceStop()));
      await Promise.all([...lost.values()].map((service) => service.end('SIGKILL')));
      world.faultEnded();
      await world.load.send(50);
    },
  },
];

/** Stems that are in the hands of these processes. */
async function claimsOf(world: FaultWorld, pids: readonly number[]): Promise<string[]> {
  const claims = await world.rows<{ stem: string; owner: string }>(
    'SELECT stem, owner FROM work WHERE owner IS NOT NULL',
  );
  return claims.filter(({ owner }) => pids.includes(Number(owner.split('/')[1]))).map(({ stem }) => stem);
}

function report(world: FaultWorld, line: string): void {
  process.stdout.write(`${world.topic}: ${line}\n`);
}
