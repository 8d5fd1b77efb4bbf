import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../fault-case.js';
import type { FaultWorld } from '../fault-world.js';

const STAGES = ['feature', 'predict', 'annotate'] as const;
const HOUR_MS = 3_600_000;

/** Starts the stages on a clock that can be set back. @returns a function that sets it, in ms from the true time */
async function startOnClock(world: FaultWorld): Promise<(offsetMs: number) => void> {
  const file = join(world.root, 'clock');
  const set = (offsetMs: number) => {
    writeFileSync(`${file}.new`, String(offsetMs));
    renameSync(`${file}.new`, file);
  };
  set(0);
  world.environment.LVRA_TEST_CLOCK = file;
  const node = ['--import', new URL('../shifted-clock.js', import.meta.url).href];
  await world.start('consumer');
  for (const name of STAGES) await world.start(name, { node });
  return set;
}

export const cases: FaultCase[] = [
  {
    name: 'clock-leases-back',
    // A service does not start with a clock so far from that of the ledger's server.
    ledger: 'sqlite',
    fault: 'the clock goes back an hour while stages hold stems; they are killed',
    // The objects of a killed call stay reserved for 90 s; then their stem is due.
    recoversWithinMs: 240_000,
    timeoutMs: 400_000,
    async run(world, random) {
      const setClock = await startOnClock(world);
      const node = ['--import', new URL('../shifted-clock.js', import.meta.url).href];
      const over = new AbortController();
      const load = world.load.stream(40, over.signal);
      await world.untilAnnotated(20);
      for (const name of STAGES) {
        await sleep(random.between(0, 400));
        await world.service(name).end('SIGKILL');
      }
      setClock(-HOUR_MS);
      await world.injected();
      for (const name of STAGES) await world.start(name, { node });
      const before = await world.count('SELECT count(*) FROM annotation_outcome');
      await world.untilAnnotated(before + 60);
      over.abort();
      await load;
      world.faultEnded();
    },
  },
  {
    name: 'clock-backoff-back',
    fault: 'the clock goes back an hour while stems and the stage wait for Lasair',
    timeoutMs: 480_000,
    async run(world) {
      const setClock = await startOnClock(world);
      world.sandbox.fault({ kind: 'status', status: 500 });
      await world.load.send(60, 60);
      const waiting = async () =>
        (await world.count("SELECT count(*) FROM work WHERE stage = 'annotate' AND next_attempt > 0")) > 0;
      await world.until('a stem waits for its next attempt', waiting, 120_000);
      setClock(-HOUR_MS);
      await world.injected();
      world.sandbox.clearFaults();
      world.faultEnded();
      // The objects of a call with an unknown result stay reserved for 90 s.
      await world.untilAnnotated(60, 180_000);
      assert.ok(STAGES.every((name) => world.service(name).alive));
    },
  },
];
