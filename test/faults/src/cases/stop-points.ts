import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@lvra/test-servers/service';
import { isStopped, startArmed } from '../armed.js';
import type { FaultCase } from '../fault-case.js';
import { type FaultWorld, SERVICES } from '../fault-world.js';
import { SERVICE_POINTS } from '../points/service-points.js';

/** Longer than a lease in the ledger and a message in NATS stay with a silent process. */
const STOPPED_MS = 35_000;

/** A process suspended before its COMMIT holds the ledger's write lock and blocks all: a case of its own. */
const stoppingPoints = (name: ServiceName) =>
  SERVICE_POINTS[name].filter((point) => !point.startsWith('before commit '));

/** Processes that are suspended for longer than leases and timeouts, and then resume. */
export const cases: FaultCase[] = [
  ...(['feature', 'predict', 'annotate'] as const).map(stopReplicas),
  stopConsumers(),
  ...(['feature', 'annotate'] as const).map(stopInTransaction),
];

/** As many replicas as there are points, each suspended at one of them at the same time; one more does the work. */
function stopReplicas(name: ServiceName): FaultCase {
  const points = stoppingPoints(name);
  return {
    name: `stop-points-${name}`,
    fault: `SIGSTOP of ${points.length} replicas of ${name} at as many points for ${STOPPED_MS / 1000} s`,
    recoversWithinMs: 180_000,
    async run(world, random) {
      const others = SERVICES.filter((service) => service !== name);
      await Promise.all(others.map((service) => world.start(service)));
      const stopped: string[] = [];
      for (const [index, point] of points.entries()) {
        const as = `${name} ${index}`;
        await startArmed(world, name, { point, nth: random.whole(1, 2), signal: 'SIGSTOP' }, as);
        stopped.push(as);
      }
      const over = new AbortController();
      const load = world.load.stream(30, over.signal);
      for (const as of stopped) await world.until(`${as} is suspended`, () => isStopped(world.service(as)));
      await world.injected(stopped.length);
      await world.start(name);
      await sleep(STOPPED_MS);
      for (const as of stopped) world.service(as).signal('SIGCONT');
      world.faultEnded();
      await world.load.send(50);
      over.abort();
      await load;
    },
  };
}

/** One consumer after the other is suspended, and Kafka reassigns its partition. In the end all resume. */
function stopConsumers(): FaultCase {
  const points = stoppingPoints('consumer').filter(
    (point) => !point.includes('quarantine') && !point.includes('write'),
  );
  return {
    name: 'stop-points-consumer',
    fault: `SIGSTOP of ${points.length} consumers at as many points`,
    timeoutMs: 480_000,
    async run(world, random) {
      await Promise.all(['feature', 'predict', 'annotate'].map((name) => world.start(name as ServiceName)));
      const over = new AbortController();
      const load = world.load.stream(20, over.signal);
      const stopped = await stopInTurn(world, points, () => random.whole(1, 2));
      await world.start('consumer');
      await sleep(15_000);
      for (const as of stopped) world.service(as).signal('SIGCONT');
      world.faultEnded();
      await world.load.send(50);
      over.abort();
      await load;
    },
  };
}

async function stopInTurn(world: FaultWorld, points: readonly string[], nth: () => number): Promise<string[]> {
  const stopped: string[] = [];
  for (const [index, point] of points.entries()) {
    const as = `consumer ${index}`;
    await startArmed(world, 'consumer', { point, nth: nth(), signal: 'SIGSTOP' }, as);
    await world.until(`${as} is suspended at ${point}`, () => isStopped(world.service(as)));
    await world.injected();
    stopped.push(as);
  }
  return stopped;
}

/** Suspended while it holds the ledger's write lock: no process can write until it resumes. */
function stopInTransaction(name: 'feature' | 'annotate'): FaultCase {
  const point = name === 'feature' ? 'before commit ResultLedger.recordFeatures' : 'before commit Reservations.reserve';
  return {
    name: `stop-in-transaction-${name}`,
    fault: `SIGSTOP of ${name} ${point} for ${STOPPED_MS / 1000} s`,
    recoversWithinMs: 180_000,
    async run(world) {
      const others = SERVICES.filter((service) => service !== name);
      await Promise.all(others.map((service) => world.start(service)));
      const service = await startArmed(world, name, { point, nth: 2, signal: 'SIGSTOP' });
      await world.load.send(100);
      await world.until(`${name} is suspended`, () => isStopped(service));
      await world.injected();
      await sleep(STOPPED_MS);
      service.signal('SIGCONT');
      world.faultEnded();
    },
  };
}
