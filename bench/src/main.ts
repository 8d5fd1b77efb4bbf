import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { benchAlerts } from './alerts.js';
import { type Floor, measureFloors } from './floors.js';
import { measurePipeline, type PipelineResult } from './pipeline.js';

/** Lasair's answer takes about as long from Oxford. */
const LASAIR_LATENCY_MS = 20;

const { values } = parseArgs({ options: { alerts: { type: 'string', default: '5000' }, json: { type: 'boolean' } } });
const alerts = benchAlerts(Number(values.alerts));
const result = await measurePipeline(alerts, LASAIR_LATENCY_MS);
const floors = measureFloors(alerts);
if (values.json) process.stdout.write(`${JSON.stringify({ ...result, floors }, null, 2)}\n`);
else process.stdout.write(report(result, floors));

function report(pipeline: PipelineResult, floor: readonly Floor[]): string {
  const table = new Table({
    head: ['stage', 'alerts/s', 'CPU ms/alert', 'x JSON.parse', 'peak MB'],
    style: { head: [], border: [] },
  });
  const parse = floor[0]?.cpuMsPerAlert ?? Number.NaN;
  const row = (name: string, rate: number, cpu: number, mb: number | undefined) =>
    table.push([name, rate.toFixed(0), cpu.toFixed(3), (cpu / parse).toFixed(2), mb?.toFixed(0) ?? '']);
  for (const stage of pipeline.stages) row(stage.stage, stage.alertsPerSecond, stage.cpuMsPerAlert, stage.peakMb);
  const cpu = pipeline.stages.reduce((sum, stage) => sum + stage.cpuMsPerAlert, 0);
  row('all four', pipeline.alerts / pipeline.seconds, cpu, undefined);
  for (const { name, cpuMsPerAlert } of floor) row(`floor: ${name}`, 1000 / cpuMsPerAlert, cpuMsPerAlert, undefined);
  const { median, p99 } = pipeline.latencySeconds;
  return [
    `${pipeline.alerts} alerts of ${(pipeline.bytes / pipeline.alerts / 1000).toFixed(1)} kB in ${pipeline.seconds.toFixed(1)} s, end to end`,
    table.toString(),
    `${pipeline.objects} objects annotated in ${pipeline.lasairCalls} calls; latency median ${median.toFixed(1)} s, 99th ${p99.toFixed(1)} s (all alerts sent at once)`,
    `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}; Kafka, NATS and sandbox on the same machine`,
    '',
  ].join('\n');
}
