import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitAtHand, machineAtHand, RESULTS, rounded } from '../results.js';
import { SERVICES } from '../scenarios/pipeline-world.js';
import { table } from '../scenarios/report.js';
import { type CostPoint, measureCosts } from './costs.js';
import { measureReplicas, type ReplicaPoint } from './replicas.js';

// make bench-curves: what an alert costs each stage against batch size and sources, and what replicas make of a backlog.
const about = { commit: commitAtHand(), machine: machineAtHand(), node: process.version };
const costs = await measureCosts();
process.stdout.write(
  `${costTable('alerts a batch', costs.byBatch)}\n${costTable('sources an alert', costs.bySources)}\n`,
);
const replicas: ReplicaPoint[] = [];
for (const stage of [...SERVICES, 'all'] as const) replicas.push(...(await measureReplicas(stage)));
process.stdout.write(`${replicaTable(replicas)}\n`);
mkdirSync(RESULTS, { recursive: true });
writeFileSync(join(RESULTS, 'curves.json'), `${JSON.stringify({ ...about, ...costs, replicas }, rounded, 2)}\n`);

function costTable(name: string, points: readonly CostPoint[]): string {
  const rows = points.map(({ at, kbAnAlert, stages, parseMs }) => {
    const ms = SERVICES.map((stage) => stages[stage]);
    const all = ms.reduce((sum, one) => sum + one, 0);
    const figures = [...ms, all, parseMs].map((figure) => figure.toFixed(3));
    return [at, kbAnAlert.toPrecision(3), ...figures, (all / parseMs).toFixed(1)];
  });
  return table([name, 'kB an alert', ...SERVICES, 'all four, CPU ms an alert', 'JSON.parse', 'of it'], rows);
}

function replicaTable(points: readonly ReplicaPoint[]): string {
  const rows = points.map(({ stage, replicas, alertsPerSecond, cpuMs, beside }) => [
    ...[stage === 'all' ? 'all four' : stage, replicas, alertsPerSecond.toFixed(0)],
    ...[cpuMs, beside.Kafka, beside.NATS, beside.sandbox].map((ms) => ms.toFixed(3)),
  ]);
  return table(['stage', 'replicas', 'alerts/s', 'CPU ms an alert', 'Kafka', 'NATS', 'sandbox'], rows);
}
