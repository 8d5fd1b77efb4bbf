import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@lvra/core';
import type { ServiceName } from '@lvra/test-servers/service';
import { startArmed, unknownPoints } from '../armed.js';
import type { FaultCase } from '../fault-case.js';
import { type FaultWorld, SERVICES } from '../fault-world.js';
import { SERVICE_POINTS } from '../points/service-points.js';

const ALERTS_A_SECOND = 20;
/** A killed consumer's partition is reassigned after ten seconds. */
const REACHED_WITHIN_MS = 60_000;

const STAGES = ['feature', 'predict', 'annotate'] as const;

/** Each service ends at every one of its points, one after the other, while alerts come in. */
export const cases: FaultCase[] = [
  pointsCase('kill-points-stages', 'SIGKILL', Object.fromEntries(STAGES.map((name) => [name, SERVICE_POINTS[name]]))),
  pointsCase('kill-points-consumer-1', 'SIGKILL', { consumer: everySecond(SERVICE_POINTS.consumer, 0) }),
  pointsCase('kill-points-consumer-2', 'SIGKILL', { consumer: everySecond(SERVICE_POINTS.consumer, 1) }),
  pointsCase('term-points', 'SIGTERM', SERVICE_POINTS),
];

function everySecond(points: readonly string[], first: number): string[] {
  return points.filter((_, index) => index % 2 === first);
}

function pointsCase(
  name: string,
  signal: 'SIGKILL' | 'SIGTERM',
  points: Partial<Readonly<Record<ServiceName, readonly string[]>>>,
): FaultCase {
  const services = SERVICES.filter((service) => points[service]);
  const count = services.reduce((sum, service) => sum + (points[service]?.length ?? 0), 0);
  return {
    name,
    fault: `${signal} of ${services.join(', ')} at each of ${count} points`,
    recoversWithinMs: 150_000,
    timeoutMs: 480_000,
    async run(world, random) {
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(ALERTS_A_SECOND, over.signal);
      const rubbish = sendRubbish(world, over.signal);
      await world.untilAnnotated(10);
      await Promise.all(services.map((service) => endAtEach(world, service, points[service] ?? [], signal, random)));
      over.abort();
      await Promise.all([load, rubbish]);
      world.faultEnded();
      for (const service of services) assert.deepEqual(unknownPoints(world, service), [], `points of ${service}`);
    },
  };
}

async function endAtEach(
  world: FaultWorld,
  name: ServiceName,
  points: readonly string[],
  signal: 'SIGKILL' | 'SIGTERM',
  random: Random,
): Promise<void> {
  await world.service(name).end('SIGKILL');
  for (const point of points) {
    // The stem of the previous kill is finished first: ten kills in a row would make it a dead letter.
    const service = await startArmed(world, name, { point, nth: random.whole(2, 3), signal });
    await world.until(`${name} ends at ${point}`, () => !service.alive, REACHED_WITHIN_MS);
    await world.injected();
  }
  await world.start(name);
}

/** Messages for the quarantine, so that its points are passed too. */
function sendRubbish({ load }: FaultWorld, signal: AbortSignal): Promise<void> {
  let number = 0;
  return load.repeat(async () => {
    await load.sendRaw([Buffer.from(`rubbish ${number++}`)]);
    await sleep(1_000);
  }, signal);
}
