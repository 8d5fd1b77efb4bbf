import assert from 'node:assert/strict';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../../fault-case.js';
import { untilNotReady, untilReady } from '../../readiness.js';
import { registered, untilRegistered } from '../../registered.js';
import { mountVolume } from '../../small-volume.js';

const MIB = 1024 ** 2;

/** Back-pressure: the volume of the data nearly full. */
export const cases: FaultCase[] = [
  {
    name: 'disk-nearly-full',
    fault: 'the volume nearly full: the consumer waits before it is full',
    settings: { LVRA_LEAST_FREE_BYTES: String(24 * MIB) },
    async run(world) {
      mountVolume(world, '', 96);
      const ballast = join(world.root, 'ballast');
      const free = () => Number(statfsSync(world.root).bavail) * statfsSync(world.root).bsize;
      await world.startAll();
      await world.load.send(60);
      await untilRegistered(world, 40);
      writeFileSync(ballast, Buffer.alloc(free() - 20 * MIB));
      await untilNotReady(world, 'consumer', /nearly full/);
      await world.injected();
      await sleep(1_500);
      const before = await registered(world);
      await world.load.send(200);
      // All that was read is processed meanwhile: there is space for the other stages, the ledger and NATS.
      await world.untilAnnotated(before);
      await sleep(2_000);
      const more = (await registered(world)) - before;
      assert.ok(more <= 1, `${more} more were read on a volume nearly full`);
      assert.ok(free() > 16 * MIB, `only ${free()} bytes were left`);
      assert.match(await world.service('consumer').metrics(), /^lvra_consumer_paused\{.*\} 1$/m);
      rmSync(ballast);
      await untilReady(world, ['consumer']);
      world.faultEnded();
    },
  },
];
