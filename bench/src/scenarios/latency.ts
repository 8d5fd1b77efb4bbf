import { Ledger } from '@lvra/shared/ledger/ledger';
import { dataPaths } from '@lvra/shared/paths';
import { COMMON_SETTINGS } from '@lvra/shared/settings/common';
import { percentile } from '../statistics.js';
import { arrivalsOf } from './latencies.js';
import { PipelineWorld, SERVICES } from './pipeline-world.js';
import { finish, table, verdict } from './report.js';
import { Sampler } from './sampler.js';
import { whereTimeGoes } from './where-time-goes.js';

/** Services that have just started translate their code; those of a night have done so. */
const WARMING_UP_MS = 15_000;
/** 99 % of alerts are annotated within so many seconds. */
const OBJECTIVE = 3;
const NIGHT_HOURS = 10;
const MOST_STEMS_A_NIGHT = 20_000;

export interface LatencyOptions {
  /** Alerts; 250 is a visit of 10,000 every 39 s, all that the survey will send. */
  readonly perSecond: number;
  readonly vras: number;
  readonly seconds: number;
  /** Other than those that ship. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** From Kafka's timestamp to the accepted annotation, one by one, and what it takes in stems and calls. */
export async function latency({ perSecond, vras, seconds, settings = {} }: LatencyOptions): Promise<void> {
  const callsAnHour = COMMON_SETTINGS.annotateCallsPerHour.parse(undefined);
  const shipped = { LVRA_ANNOTATE_CALLS_PER_HOUR: `${callsAnHour}` };
  const batches = { vras, ...(perSecond < 100 && { alertsABatch: 1 }) };
  const world = await PipelineWorld.make({ ...shipped, ...settings }, {}, batches);
  try {
    await world.startServices();
    const { load } = world;
    const begun = Date.now();
    const send = (untilMs: number) => load.send(() => Date.now() - begun > untilMs, { perSecond });
    await send(WARMING_UP_MS);
    const warm = { alerts: load.sent, at: Date.now(), ...countsOf(world.root) };
    const sampler = new Sampler(world.services);
    await world.untilAnnotated(send(WARMING_UP_MS + seconds * 1_000));
    const { watches } = sampler.end();
    const end = countsOf(world.root);
    const hours = (Date.now() - warm.at) / 3_600_000;
    const held = await world.sandbox.held();
    const { faults } = arrivalsOf(load, held);
    const { latencies } = arrivalsOf(load, held, warm.alerts);
    const findings = await world.verify();
    const legs = whereTimeGoes(world.root, warm.at + OBJECTIVE * 1_000);
    const cpuOf = (name: string) =>
      watches.reduce((sum, watch) => sum + (watch.name === name ? watch.cpuMs : 0), 0) / latencies.length;
    const cpu = SERVICES.map(cpuOf);
    finish(
      [
        `${latencies.length} alerts at ${perSecond}/s, ${vras} VRA${vras > 1 ? 's' : ''}, after ${WARMING_UP_MS / 1_000} s of warming up`,
        table(
          ['leg', 'median s', '99th percentile s'],
          legs.map(({ name, median, p99 }) => [name, median.toFixed(3), p99.toFixed(3)]),
        ),
        `CPU ms an alert: ${SERVICES.map((name, index) => `${name} ${cpu[index]!.toFixed(3)}`).join(', ')}, all ${cpu.reduce((sum, ms) => sum + ms).toFixed(3)}`,
        `from Kafka to annotation: median ${percentile(latencies, 0.5).toFixed(2)} s, longest ${percentile(latencies, 1).toFixed(2)} s`,
        verdict('99th percentile', percentile(latencies, 0.99), OBJECTIVE, 's', true),
        verdict('a night', ((end.stems - warm.stems) / hours) * NIGHT_HOURS, MOST_STEMS_A_NIGHT, 'stems', true),
        verdict('an hour', (end.calls - warm.calls) / hours, callsAnHour, 'calls', true),
      ],
      [...faults, ...(findings === undefined ? [] : [findings])],
    );
  } finally {
    await world.end();
  }
}

/** Stems and calls to Lasair so far. */
function countsOf(root: string): { readonly stems: number; readonly calls: number } {
  const ledger = Ledger.open(dataPaths(root).database, [], { create: false });
  try {
    const most = Number.MAX_SAFE_INTEGER;
    return {
      stems: ledger.verification.stems.count('', '99999999_999999'),
      calls: most - ledger.annotations.calls.state(Date.now(), most).left,
    };
  } finally {
    ledger.close();
  }
}
