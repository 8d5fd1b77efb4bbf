import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../fault-case.js';
import { SERVICES } from '../fault-world.js';

/** How long; ten minutes kill some 170 times. */
const SECONDS = Number(process.env.FAULT_SECONDS || 90);
/** Sometimes a process is suspended for longer than its leases last. */
const LONG_STOP_MS = 35_000;

/** Any service, any time, any of the three signals, under load. */
export const cases: FaultCase[] = [
  {
    name: 'kill-random',
    fault: `SIGKILL, SIGTERM and SIGSTOP of any service at random times for ${SECONDS} s`,
    recoversWithinMs: 180_000,
    timeoutMs: SECONDS * 1_000 + 300_000,
    async run(world, random) {
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(40, over.signal);
      await world.untilAnnotated(20);
      const until = performance.now() + SECONDS * 1_000;
      const woken: Promise<unknown>[] = [];
      while (performance.now() < until) {
        await sleep(random.between(100, 2_500));
        const name = SERVICES[random.whole(0, SERVICES.length - 1)]!;
        const signal = random.pick({ SIGKILL: 0.5, SIGTERM: 0.3, SIGSTOP: 0.2 });
        await world.injected();
        if (signal !== 'SIGSTOP') {
          await world.service(name).end(signal);
        } else {
          // Another one replaces it while it is suspended.
          const service = world.service(name);
          world.services.set(`${name} that stood still at ${Math.round(performance.now())}`, service);
          service.signal('SIGSTOP');
          const stopMs = random.chance(0.3) ? LONG_STOP_MS : random.between(500, 5_000);
          woken.push(sleep(stopMs).then(() => service.signal('SIGCONT')));
        }
        await world.start(name);
      }
      over.abort();
      await Promise.all([load, ...woken]);
      world.faultEnded();
    },
  },
];
