import assert from 'node:assert/strict';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isStopped, startArmed } from '../armed.js';
import type { FaultCase } from '../fault-case.js';
import { type FaultWorld, SERVICES } from '../fault-world.js';
import { untilNotReady, untilReady } from '../readiness.js';
import { mountVolume } from '../small-volume.js';

const LATE_FILES = fileURLToPath(new URL('../late-files.js', import.meta.url));
const LATE = { LATE_MS: '5000', SHORT_MS: '1500' };
const READERS = ['feature', 'predict'] as const;
const TWO_HOURS_S = 7_200;
const UNMOUNTED_FOR_MS = 6_000;

/** Files and folders in the data root, but for logs. */
function dataFiles(world: FaultWorld): string[] {
  const all = readdirSync(world.root, { recursive: true, encoding: 'utf8' });
  return all.filter((name) => !name.startsWith('logs')).map((name) => join(world.root, name));
}

/** Half-written ones. */
function temporaryFiles(world: FaultWorld): string[] {
  return dataFiles(world).filter((name) => name.endsWith('.tmp'));
}

export const cases: FaultCase[] = [
  {
    name: 'volume-late',
    // On one host the ledger lies in the folder itself.
    ledger: 'postgres',
    fault:
      'files become visible 5 s late on the hosts of the feature and the predict service, and their end 1.5 s later',
    async run(world) {
      for (const name of READERS) await world.start(name, { node: ['--import', LATE_FILES], environment: LATE });
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(30, over.signal);
      for (const seen of [/is not here yet: it is waited for/, /of its \d+ bytes here: it is waited for/]) {
        for (const name of READERS) {
          await world.until(`${name} waits for a file: ${seen}`, () => seen.test(world.service(name).lines.join('\n')));
          await world.injected();
        }
      }
      await world.untilAnnotated(200);
      over.abort();
      await load;
      assert.equal(await world.count('SELECT count(*) FROM work WHERE attempts > 1'), 0, 'an attempt was counted');
      world.faultEnded();
    },
  },
  {
    name: 'volume-unmounted',
    // On one host the ledger lies in the folder itself.
    ledger: 'postgres',
    fault: 'the shared folder is unmounted under all services; nothing more is written into the empty mount point',
    async run(world) {
      const volume = mountVolume(world, '', 48);
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(40, over.signal);
      await world.untilAnnotated(20);
      volume.detach();
      await world.injected();
      for (const name of SERVICES) await untilNotReady(world, name, /is the volume of the data folder mounted/);
      // What was being written when the folder went may be there; it is not recorded.
      const written = dataFiles(world);
      await sleep(UNMOUNTED_FOR_MS);
      const more = dataFiles(world).filter((name) => !written.includes(name));
      assert.deepEqual(more, [], 'files were written into the mount point');
      volume.attach();
      await untilReady(world, SERVICES);
      over.abort();
      await load;
      assert.ok(
        SERVICES.every((name) => world.service(name).alive),
        world.lastOutput(),
      );
      assert.equal(await world.count('SELECT count(*) FROM work WHERE attempts > 1'), 0, 'an attempt was counted');
      world.faultEnded();
    },
  },
  {
    name: 'volume-left-behind',
    fault:
      'a host is lost while it writes: its half-written files are removed, those that another host is writing stay',
    async run(world) {
      await startArmed(world, 'consumer', { point: 'before rename batch', nth: 2, signal: 'SIGKILL' });
      await startArmed(world, 'feature', { point: 'before rename features', nth: 1, signal: 'SIGKILL' });
      const over = new AbortController();
      const load = world.load.stream(30, over.signal);
      await world.until('both are lost', () => ['consumer', 'feature'].every((name) => !world.service(name).alive));
      await world.injected(2);
      const left = temporaryFiles(world);
      assert.equal(left.length, 2, `${left}`);
      const now = Date.now() / 1_000;
      for (const path of left) utimesSync(path, now - TWO_HOURS_S, now - TWO_HOURS_S);
      const slow = { point: 'before rename features', nth: 1, signal: 'SIGSTOP' } as const;
      const writer = await startArmed(world, 'feature', slow, 'slow');
      await world.start('consumer');
      await world.until('another host is writing', () => isStopped(writer));
      // Beside it, what a host writes to ask the volume for its time may be there for a moment.
      const written = temporaryFiles(world).filter((path) => !left.includes(path) && path.includes('.csv.'));
      assert.equal(written.length, 1, `${written}`);
      await world.startAll();
      await world.until('what the lost host left is removed', () => {
        const there = temporaryFiles(world);
        return left.every((path) => !there.includes(path));
      });
      assert.ok(temporaryFiles(world).includes(written[0] as string), 'the file of a living writer was removed');
      writer.signal('SIGCONT');
      await world.untilAnnotated(100);
      over.abort();
      await load;
      await world.until('no half-written file is left', () => temporaryFiles(world).length === 0);
      world.faultEnded();
    },
  },
];
