import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitAtHand, machineAtHand, RESULTS, rounded } from '../results.js';
import { SERVICES } from '../scenarios/pipeline-world.js';
import { type CostPoint, measureCosts } from './costs.js';
import { measureReplicas, type ReplicaPoint } from './replicas.js';

// make bench-curves: what an alert costs each stage against batch size and sources, and what replicas make of a backlog.
// The tables are Markdown, for docs/performance.md.
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
    return [at.toLocaleString('en'), kbAnAlert.toPrecision(3), ...figures, (all / parseMs).toFixed(1)];
  });
  return markdown([name, 'kB an alert', ...SERVICES, 'all four', '`JSON.parse`', 'all four of it'], rows);
}

function replicaTable(points: readonly ReplicaPoint[]): string {
  const rows = points.map(({ stage, replicas, alertsPerSecond, cpuMs, beside }) => [
    ...[stage === 'all' ? 'all four' : stage, replicas, Math.round(alertsPerSecond).toLocaleString('en')],
    ...[cpuMs, beside.Kafka, beside.NATS, beside.sandbox].map((ms) => ms.toFixed(3)),
  ]);
  return markdown(['stage', 'replicas', 'alerts a second', 'CPU ms an alert', 'Kafka', 'NATS', 'sandbox'], rows);
}

function markdown(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
