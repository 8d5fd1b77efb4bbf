import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '@lvra/shared/quantile';
import { COMMON_SETTINGS } from '@lvra/shared/settings/common';
import { startKafka } from '@lvra/test-servers/kafka';
import { about, table } from '../pipeline/about.js';
import { Pipeline, type PipelineRun } from '../pipeline/pipeline.js';
import { freshAlerts } from './fresh-alerts.js';
import { writeVra } from './vras.js';

// make bench-load: with the settings that ship, SCENARIO=latency at RATE alerts a second, or SCENARIO=sustained, as fast as
// they come out and with any number of calls; VRAS of them, for DURATION seconds. Ends with 1 where `lvra verify` finds
// anything. Sender and sandbox are this process.
const scenario = process.argv[2] || 'latency';
const seconds = Number(process.env.DURATION || 60);
const rate = Number(process.env.RATE || 250);
const vras = Array.from({ length: Number(process.env.VRAS || 1) }, (_, i) => (i === 0 ? 'r0b' : `vra${i + 1}`));
if (scenario !== 'latency' && scenario !== 'sustained') throw new Error(`there is no scenario ${scenario}`);
if (!(seconds > 0 && rate > 0)) throw new Error(`DURATION=${seconds} RATE=${rate}: both must be more than nothing`);

/** Services that have just started compile their code; those of a night have done so. */
const WARMING_UP_SECONDS = 15;
const NIGHT_HOURS = 10;
const REQUESTS_A_SECOND = 10;
const MOST_A_REQUEST = 50;
/** So many may be between Kafka and Lasair: more would show how much disk there is, and nothing of the rate. */
const MOST_LEAD = 10_000;
/** The broker drops what is read: 40 kB an alert, over four partitions, leave room for some 40,000 alerts. */
const SHORT_MEMORY = {
  ...{ 'log.segment.bytes': 134_217_728, 'log.retention.bytes': 402_653_184 },
  ...{ 'log.retention.check.interval.ms': 5_000, 'log.segment.delete.delay.ms': 1_000 },
};

const callsAnHour = COMMON_SETTINGS.annotateCallsPerHour.parse(undefined);
const folder = mkdtempSync(join(tmpdir(), 'lvra-load-'));
const settings = {
  LVRA_VRAS: vras.map((name) => writeVra(folder, name)).join(','),
  ...(scenario === 'latency' && { LVRA_ANNOTATE_CALLS_PER_HOUR: `${callsAnHour}` }),
};
const alerts = freshAlerts();
const kafka = await startKafka({ version: '3.9', fullSpeed: true, properties: SHORT_MEMORY });
try {
  const pipeline = await Pipeline.start({ kafka, topic: 'lasair_18lvra-fodder', vras, settings });
  try {
    const send = scenario === 'latency' ? atRate : (forSeconds: number) => asFastAsTheyComeOut(pipeline, forSeconds);
    await pipeline.run(send(WARMING_UP_SECONDS));
    const own = process.cpuUsage();
    const run = await pipeline.run(send(seconds));
    report(run, pipeline.records(run), process.cpuUsage(own));
    await pipeline.verify();
  } finally {
    await pipeline.end();
  }
} finally {
  await kafka.stop();
  rmSync(folder, { recursive: true });
}

async function* atRate(forSeconds: number): AsyncGenerator<Buffer[]> {
  const each = Math.min(Math.max(1, Math.round(rate / REQUESTS_A_SECOND)), MOST_A_REQUEST);
  const begun = performance.now();
  for (let sent = 0; sent < rate * forSeconds; sent += each) {
    await sleep(Math.max(0, begun + (1_000 * sent) / rate - performance.now()));
    yield next(each);
  }
}

async function* asFastAsTheyComeOut(pipeline: Pipeline, forSeconds: number): AsyncGenerator<Buffer[]> {
  const acceptedBefore = pipeline.accepted;
  const until = performance.now() + forSeconds * 1_000;
  for (let sent = 0; performance.now() < until; sent += MOST_A_REQUEST) {
    while (sent - (pipeline.accepted - acceptedBefore) > MOST_LEAD) await sleep(5);
    yield next(MOST_A_REQUEST);
  }
}

function next(count: number): Buffer[] {
  return Array.from({ length: count }, () => alerts.next().value);
}

function report(run: PipelineRun, records: ReturnType<Pipeline['records']>, own: NodeJS.CpuUsage): void {
  const { latenciesMs, stems } = records;
  const hours = run.seconds / 3_600;
  const cpu = run.stages.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  const row = (name: string, cpuMs: number, peak = '') => {
    return [name, (cpuMs / run.alerts).toFixed(3), `${(cpuMs / run.seconds / 10).toFixed(0)} %`, peak];
  };
  const within = (share: number) => `${(quantile(latenciesMs, share) / 1_000).toFixed(2)} s`;
  process.stdout.write(
    [
      `${run.alerts} alerts in ${run.seconds.toFixed(0)} s, ${(run.alerts / run.seconds).toFixed(0)} a second, ${vras.length} VRA, ${latenciesMs.length} annotations`,
      table(
        ['process', 'CPU ms/alert', 'of a core', 'peak MB'],
        [
          ...run.stages.map(({ stage, cpuMs, peakMb }) => row(stage, cpuMs, peakMb.toFixed(0))),
          row('all four', cpu),
          row('sender and sandbox', (own.user + own.system) / 1_000),
        ],
      ),
      `from Kafka to the accepted annotation (objective: 99 in 100 within 3 s): median ${within(0.5)}, 99 in 100 within ${within(0.99)}, longest ${within(1)}`,
      `${((stems / hours) * NIGHT_HOURS).toFixed(0)} stems in a night, ${(run.lasairCalls / hours).toFixed(0)} calls an hour of ${callsAnHour}`,
      about(),
      '',
    ].join('\n'),
  );
}
