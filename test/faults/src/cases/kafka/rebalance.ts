import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../../fault-case.js';

/** Longer than a session: the group gives the partitions of a stopped consumer to others. */
const STOPPED_FOR_MS = 13_000;

/** Consumers of one group that come, leave, are killed, and wake up when others have their partitions. */
export const cases: FaultCase[] = [
  {
    name: 'kafka-rebalance',
    fault: 'consumers join, leave, are killed, stop and wake up',
    partitions: 6,
    async run(world, random) {
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(40, over.signal);
      await world.untilAnnotated(20);
      const pause = () => sleep(random.between(500, 2_000));

      await world.injected();
      await world.start('consumer', { as: 'second' });
      await pause();
      await world.injected();
      await world.service('consumer').end('SIGTERM');
      await pause();
      await world.injected();
      await world.start('consumer', { as: 'third' });
      await pause();
      await world.injected();
      await world.service('second').end('SIGKILL');
      await world.start('consumer');
      await pause();
      await world.injected();
      world.service('third').signal('SIGSTOP');
      await sleep(STOPPED_FOR_MS);
      world.service('third').signal('SIGCONT');
      await pause();

      over.abort();
      await load;
      world.faultEnded();
    },
  },
];
