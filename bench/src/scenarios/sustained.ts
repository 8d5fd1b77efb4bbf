import { percentile } from '../statistics.js';
import { arrivalsOf } from './latencies.js';
import { memoryCourse } from './memory.js';
import { PipelineWorld, SHORT_MEMORY } from './pipeline-world.js';
import { finish, table, verdict } from './report.js';
import { Sampler } from './sampler.js';

const OBJECTIVE = 1_500;
/** So many alerts may be between Kafka and Lasair: more would show how much disk there is, and nothing of the rate. */
const MOST_LEAD = 10_000;

/** All four stages under as much load as they take, for `seconds`. */
export async function sustained(seconds: number): Promise<void> {
  const world = await PipelineWorld.make({}, SHORT_MEMORY);
  try {
    await world.startServices();
    const { load } = world;
    const sampler = new Sampler(world.processes());
    const begun = performance.now();
    let annotated = 0;
    const isOver = () => performance.now() - begun > seconds * 1_000;
    const sending = load.send(isOver, { mayGoOn: () => load.sent - annotated < MOST_LEAD });
    await world.untilAnnotated(sending, (count) => {
      annotated = count;
    });
    const { seconds: took, watches } = sampler.end();
    const { latencies, faults } = arrivalsOf(load, await world.sandbox.held());
    const findings = await world.verify();
    const perSecond = load.sent / took;
    const all = watches.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    const rows = watches.map(({ name, cpuMs, residentMb }) => [
      name,
      (cpuMs / load.sent).toFixed(3),
      `${(cpuMs / took / 10).toFixed(0)} %`,
      memoryCourse(residentMb).peak.toFixed(0),
    ]);
    finish(
      [
        `${load.sent} alerts in ${took.toFixed(0)} s, from the first in Kafka to the last annotation`,
        table(
          ['process', 'CPU ms/alert', 'of a core', 'peak MB'],
          [...rows, ['all', (all / load.sent).toFixed(3), `${(all / took / 10).toFixed(0)} %`, '']],
        ),
        `from Kafka to annotation: median ${percentile(latencies, 0.5).toFixed(1)} s, 99th percentile ${percentile(latencies, 0.99).toFixed(1)} s, with ${MOST_LEAD} alerts on the way`,
        verdict('end to end', perSecond, OBJECTIVE, 'alerts/s', false),
      ],
      [...faults, ...(findings === undefined ? [] : [findings])],
    );
  } finally {
    await world.end();
  }
}
