import { percentile } from '../statistics.js';
import { arrivalsOf } from './latencies.js';
import { PipelineWorld } from './pipeline-world.js';
import { finish, table, verdict } from './report.js';
import { whereTimeGoes } from './where-time-goes.js';

/** A visit of 10,000 alerts every 39 s: all that the survey will send. */
const PER_SECOND = 250;
/** By count, a batch of 10 s would close after four. */
const CLOSED_BY_TIME = { LVRA_BATCH_ALERTS: '10000', LVRA_BATCH_BYTES: '536870912' };
/** Services that have just started translate their code; those of a night have done so. */
const WARMING_UP_MS = 15_000;

/** From Kafka's timestamp to the accepted annotation, one by one, at the survey's rate. */
export async function latency(batchSeconds: number, objective: number, seconds: number): Promise<void> {
  const world = await PipelineWorld.make({ LVRA_BATCH_SECONDS: `${batchSeconds}`, ...CLOSED_BY_TIME });
  try {
    await world.startServices();
    const { load } = world;
    const begun = Date.now();
    const send = (untilMs: number) => load.send(() => Date.now() - begun > untilMs, { perSecond: PER_SECOND });
    await send(WARMING_UP_MS);
    const warm = { alerts: load.sent, at: Date.now() };
    await world.untilAnnotated(send(WARMING_UP_MS + seconds * 1_000));
    const held = await world.sandbox.held();
    const { faults } = arrivalsOf(load, held);
    const { latencies } = arrivalsOf(load, held, warm.alerts);
    const findings = await world.verify();
    const legs = whereTimeGoes(world.root, warm.at + batchSeconds * 1_000);
    finish(
      [
        `${latencies.length} alerts at ${PER_SECOND}/s in batches of ${batchSeconds} s, after ${WARMING_UP_MS / 1_000} s of warming up`,
        table(
          ['leg', 'median s', '99th percentile s'],
          legs.map(({ name, median, p99 }) => [name, median.toFixed(3), p99.toFixed(3)]),
        ),
        `from Kafka to annotation: median ${percentile(latencies, 0.5).toFixed(2)} s, longest ${percentile(latencies, 1).toFixed(2)} s`,
        verdict('99th percentile', percentile(latencies, 0.99), objective, 's', true),
      ],
      [...faults, ...(findings === undefined ? [] : [findings])],
    );
  } finally {
    await world.end();
  }
}
