import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { quantile } from '@lvra/core';
import { startKafka } from '@lvra/test-servers/kafka/brokers';
import { about, table } from '../pipeline/about.js';
import { inRequests, nextAlerts, simulatedStream } from '../pipeline/alerts.js';
import { Pipeline, type PipelineRun, STAGES } from '../pipeline/pipeline.js';
import { produce } from '../pipeline/produce.js';
import { type Floors, measureFloors } from './floors.js';

// make bench: what an alert costs from Kafka to an accepted annotation, and the minimum cost of the same bytes.
const FLOOR_TOPIC = 'bench-floors';
/** Messages preloaded for the no-op consumer. */
const FLOOR_MESSAGES = 5_000;
/** Alerts for the other floors: 40 MB, far more than a cache holds. */
const FLOOR_ALERTS = 1_000;
/** Alerts sent as a warm-up and counted separately: at night the services have run for hours. */
const WARMING_UP = 5_000;
const ALERTS = 10_000;
const PROFILES = fileURLToPath(new URL('../../data/profiles', import.meta.url));

const { values } = parseArgs({ options: { profile: { type: 'string' } } });
const profiled = STAGES.find((stage) => stage === values.profile);
if (values.profile && !profiled) throw new Error(`there is no stage ${values.profile}: ${STAGES.join(', ')}`);

const kafka = await startKafka({ version: '3.9' });
try {
  const stream = simulatedStream();
  const first = nextAlerts(stream, WARMING_UP);
  const sample = first.slice(0, FLOOR_ALERTS);
  await kafka.createTopic(FLOOR_TOPIC, 4);
  await produce(kafka.brokers, FLOOR_TOPIC, inRequests(first.slice(0, FLOOR_MESSAGES)));
  const floorTopic = { brokers: kafka.brokers, topic: FLOOR_TOPIC, messages: FLOOR_MESSAGES };
  const before = await measureFloors(sample, floorTopic);
  if (profiled) mkdirSync(PROFILES, { recursive: true });
  const node = profiled && { [profiled]: ['--cpu-prof', `--cpu-prof-dir=${PROFILES}`] };
  const pipeline = await Pipeline.start({ kafka, topic: 'lasair_18lvra-fodder', ...(node && { node }) });
  try {
    const warmingUp = await pipeline.run(inRequests(first));
    const alerts = nextAlerts(stream, ALERTS);
    const run = await pipeline.run(inRequests(alerts));
    report(warmingUp, run, [before, await measureFloors(sample, floorTopic)], await pipeline.records(run));
  } finally {
    // The profile of a service is written when it ends.
    await pipeline.end();
  }
  if (profiled) process.stdout.write(`the profile of ${profiled} is in ${PROFILES}: DevTools and speedscope read it\n`);
} finally {
  await kafka.stop();
}

function report(
  warmingUp: PipelineRun,
  run: PipelineRun,
  [before, after]: readonly [Floors, Floors],
  { latenciesMs, lastRegisteredMs }: Awaited<ReturnType<Pipeline['records']>>,
): void {
  const floors = (Object.keys(before) as (keyof Floors)[]).map((name) => {
    const mean = (before[name] + after[name]) / 2;
    return { name, mean, told: [before[name].toFixed(3), after[name].toFixed(3)] };
  });
  const parse = floors.find(({ name }) => name === 'bare JSON.parse')?.mean as number;
  const sum = ({ stages }: PipelineRun, figure: 'userMs' | 'systemMs' | 'writtenBytes' | 'peakMb') =>
    stages.reduce((total, stage) => total + stage[figure], 0);
  const row = (name: string, seconds: number, of: PipelineRun) => {
    const [user, system] = [sum(of, 'userMs') / run.alerts, sum(of, 'systemMs') / run.alerts];
    const figures = [(run.alerts / seconds).toFixed(0), ...[user + system, user, system].map((ms) => ms.toFixed(3))];
    const rest = [sum(of, 'peakMb').toFixed(0), (sum(of, 'writtenBytes') / run.alerts / 1000).toFixed(1)];
    return [name, ...figures, ((user + system) / parse).toFixed(2), ...rest];
  };
  const registering = (lastRegisteredMs - run.begunMs) / 1000;
  const seconds = (share: number) => (quantile(latenciesMs, share) / 1000).toFixed(1);
  const cold = (sum(warmingUp, 'userMs') + sum(warmingUp, 'systemMs')) / warmingUp.alerts;
  process.stdout.write(
    [
      `${run.alerts} alerts in ${run.seconds.toFixed(1)} s, end to end`,
      table(
        ['stage', 'alerts/s', 'CPU ms/alert', 'user', 'system', 'x JSON.parse', 'peak MB', 'kB written/alert'],
        [
          ...run.stages.map((stage) => row(stage.stage, stage.busySeconds || registering, { ...run, stages: [stage] })),
          row('all four', run.seconds, run),
        ],
      ),
      `the ${warmingUp.alerts} alerts before, as the services warmed up: ${cold.toFixed(3)} ms, ${(cold / parse).toFixed(2)} x JSON.parse`,
      table(
        ['floor', 'CPU ms/alert before', 'after', 'x JSON.parse'],
        floors.map(({ name, mean, told }) => [name, ...told, (mean / parse).toFixed(2)]),
      ),
      `from sent to accepted annotation, all sent at once: median ${seconds(0.5)} s, 99 in 100 within ${seconds(0.99)} s`,
      `${about()}; Kafka, NATS and sandbox on the same machine`,
      '',
    ].join('\n'),
  );
}
