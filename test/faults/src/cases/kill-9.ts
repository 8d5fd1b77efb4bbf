import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../fault-case.js';
import { SERVICES } from '../fault-world.js';

/** kill -9 of each service at random times while alerts come in. */
export const cases: FaultCase[] = [
  {
    name: 'kill-9-each',
    fault: 'kill -9 of each service under load',
    async run(world, random) {
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(40, over.signal);
      await world.untilAnnotated(20);
      for (const name of SERVICES) {
        await sleep(random.between(0, 1_000));
        world.injected();
        await world.service(name).end('SIGKILL');
        await world.start(name);
      }
      over.abort();
      await load;
      world.mended();
    },
  },
];
