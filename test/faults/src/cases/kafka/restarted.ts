import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../../fault-case.js';
import type { FaultWorld } from '../../fault-world.js';
import { untilNotReady } from '../../readiness.js';

const PARTITIONS = 3;

/** The broker is stopped, cleanly and by kill -9, and restarted. */
export const cases: FaultCase[] = [
  {
    name: 'kafka-restarted',
    fault: 'Kafka stopped, killed and started again',
    kafka: 'own',
    partitions: PARTITIONS,
    async run(world, random) {
      await world.startAll();
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await send(world);
        await sleep(random.between(0, 1_500));
        await world.injected();
        await world.kafka.kill(signal);
        await untilNotReady(world, 'consumer', /Kafka/);
        await world.kafka.restart();
      }
      await send(world);
      world.faultEnded();
    },
  },
];

/** One partition per call: if one partition of a call fails, the producer sends the others twice. */
async function send(world: FaultWorld): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await world.load.deliver(world.load.take(20), partition);
  }
}
