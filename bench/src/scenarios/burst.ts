import { arrivalsOf } from './latencies.js';
import { memoryCourse } from './memory.js';
import { PipelineWorld, SERVICES } from './pipeline-world.js';
import { finish, table } from './report.js';
import { Sampler } from './sampler.js';

/** So many alerts are in Kafka when the services start: ten visits at once, for instance. */
export async function burst(alerts: number): Promise<void> {
  const world = await PipelineWorld.make();
  try {
    const { load } = world;
    await load.send(() => load.sent >= alerts);
    await world.startServices();
    const sampler = new Sampler(world.processes());
    await world.untilAnnotated(Promise.resolve());
    const { seconds, watches } = sampler.end();
    const { faults } = arrivalsOf(load, await world.sandbox.held());
    const findings = await world.verify();
    const courses = watches
      .filter(({ name }) => SERVICES.some((service) => service === name))
      .map(({ name, residentMb }) => ({ name, ...memoryCourse(residentMb) }));
    const growing = courses.filter(({ isFlat }) => !isFlat).map(({ name }) => name);
    finish(
      [
        `${load.sent} alerts that waited in Kafka, drained in ${seconds.toFixed(0)} s: ${(load.sent / seconds).toFixed(0)} alerts/s`,
        table(
          ['service', 'peak MB', 'first third', 'middle third', 'last third', ''],
          courses.map(({ name, peak, thirds, isFlat }) => [
            ...[name, peak.toFixed(0), ...thirds.map((mb) => mb.toFixed(0))],
            isFlat ? 'flat' : 'GROWS',
          ]),
        ),
        growing.length === 0 ? 'MET     flat memory' : `MISSED  flat memory: ${growing.join(', ')}`,
      ],
      [...faults, ...(findings === undefined ? [] : [findings])],
    );
  } finally {
    await world.end();
  }
}
