import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../fault-case.js';
import type { FaultWorld } from '../fault-world.js';
import { untilRegistered } from '../registered.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Clock changes while alerts come in, and stems named by two consumers in the same second. */
export const cases: FaultCase[] = [
  {
    name: 'clock-consumer-back',
    fault: 'the clock set back by an hour while alerts come in, and forward again',
    async run(world, random) {
      const setClock = await startOnClock(world);
      const over = new AbortController();
      const load = world.load.stream(20, over.signal);
      await world.untilAnnotated(20);
      await setClock(-HOUR_MS);
      // Longer than a session of the group: a client that times heartbeats by the clock sends none.
      await sleep(random.between(12_000, 14_000));
      await setClock(0);
      await sleep(2_000);
      over.abort();
      await load;
      world.faultEnded();
      assert.match(world.service('consumer').lines.join('\n'), /the clock was set by -3600 s; rejoining the group/);
    },
  },
  {
    name: 'clock-next-day',
    fault: 'a jump to the next UTC day in the middle of a batch',
    settings: { LVRA_BATCH_SECONDS: '3' },
    async run(world, random) {
      const setClock = await startOnClock(world);
      await world.load.send(30);
      await untilRegistered(world, 20);
      await sleep(random.between(300, 1_200));
      await setClock(DAY_MS);
      await world.load.send(30);
      world.faultEnded();
      await untilRegistered(world, 60);
      const nights = await world.values('SELECT DISTINCT substr(stem, 1, 8) FROM batch');
      assert.equal(nights.length, 2);
    },
  },
  {
    name: 'clock-same-second',
    fault: 'two consumers that name batches in the same second',
    settings: { LVRA_BATCH_ALERTS: '3' },
    partitions: 2,
    async run(world) {
      await Promise.all([world.startAll(), world.start('consumer', { as: 'second' })]);
      await untilBothRead(world);
      await world.load.send(120);
      await untilRegistered(world, 120);
      world.faultEnded();
      assert.equal(await world.count('SELECT count(DISTINCT consumer) FROM batch'), 2);
      const batches = await world.count('SELECT count(*) FROM batch');
      await world.injected(batches - (await world.count('SELECT count(DISTINCT reserved_at / 1000) FROM batch')));
    },
  },
];

/** Starts all services on a clock that can be changed. @returns a function that sets it, in ms from the true time */
async function startOnClock(world: FaultWorld): Promise<(offsetMs: number) => Promise<void>> {
  const file = join(world.root, 'clock');
  const write = (offsetMs: number) => {
    writeFileSync(`${file}.new`, String(offsetMs));
    renameSync(`${file}.new`, file);
  };
  write(0);
  world.environment.LVRA_TEST_CLOCK = file;
  await world.startAll({ node: ['--import', new URL('../shifted-clock.js', import.meta.url).href] });
  return async (offsetMs) => {
    await world.injected();
    write(offsetMs);
  };
}

/** Each consumer has one of the two partitions. */
function untilBothRead(world: FaultWorld): Promise<void> {
  const hasOne = (name: string) => {
    const joined = world.service(name).lines.findLast((line) => line.includes('joined the group'));
    return joined !== undefined && /"assignment":\{"[^"]+":\[\d\]\}/.test(joined);
  };
  return world.until('each consumer has a partition', () => ['consumer', 'second'].every(hasOne));
}
