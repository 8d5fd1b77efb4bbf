import Table from 'cli-table3';
import { FLOOR_NAMES, type Floors } from './floors.js';
import { type BenchResult, cpuMs, MEASURED } from './results.js';

/** A result as tables, and how its ratios differ from those of an earlier one. */
export function reportOf(result: BenchResult, previous: BenchResult | undefined): string {
  const { alerts, bytesAnAlert, seconds, latencySeconds, machine, node, commit } = result;
  return [
    `${alerts} alerts of ${(bytesAnAlert / 1000).toFixed(1)} kB in ${seconds.toFixed(1)} s, end to end (${commit})`,
    stageTable(result),
    warmingUpLine(result),
    floorTable(result),
    `from sent to accepted annotation: median ${latencySeconds.median.toFixed(1)} s, 99 in 100 within ${latencySeconds.p99.toFixed(1)} s (all alerts sent at once)`,
    `${machine}, Node ${node}; Kafka, NATS and sandbox on the same machine`,
    previous ? comparison(result, previous) : 'bench/results holds nothing of another commit to compare with',
    '',
  ].join('\n');
}

const newTable = (head: string[]) => new Table({ head, style: { head: [], border: [], compact: true } });

function stageTable({ costs, ratios }: BenchResult): string {
  const table = newTable([
    ...['stage', 'alerts/s', 'CPU ms/alert', 'user', 'system', 'x JSON.parse', 'peak MB'],
    ...['kB written/alert', 'ledger transactions', 'HTTP calls'],
  ]);
  for (const name of MEASURED) {
    const cost = costs[name];
    table.push([
      name === 'all' ? 'all four' : name,
      cost.alertsPerSecond.toFixed(0),
      ...[cpuMs(cost), cost.userMs, cost.systemMs].map((ms) => ms.toFixed(3)),
      ratios[name].jsonParse.toFixed(2),
      cost.peakMb.toFixed(0),
      (cost.writtenBytes / 1000).toFixed(1),
      cost.ledgerTransactions,
      cost.httpCalls,
    ]);
  }
  return table.toString();
}

function warmingUpLine({ warmingUp: { alerts, costs }, floors: { before } }: BenchResult): string {
  const stages = MEASURED.map((name) => `${name === 'all' ? 'all four' : name} ${cpuMs(costs[name]).toFixed(3)}`);
  const ratio = (cpuMs(costs.all) / before.jsonParse).toFixed(2);
  return `the ${alerts} alerts before, as the services warmed up, CPU ms: ${stages.join(', ')} (${ratio} x JSON.parse)`;
}

function floorTable({ floors: { before, after } }: BenchResult): string {
  const table = newTable(['floor', 'CPU ms/alert before', 'after', 'x JSON.parse']);
  for (const [name, title] of Object.entries(FLOOR_NAMES) as [keyof Floors, string][]) {
    const ratio = (before[name] + after[name]) / (before.jsonParse + after.jsonParse);
    table.push([title, before[name].toFixed(3), after[name].toFixed(3), ratio.toFixed(2)]);
  }
  return table.toString();
}

function comparison(result: BenchResult, previous: BenchResult): string {
  const changes = MEASURED.map((name) => {
    const [now, then] = [result.ratios[name].jsonParse, previous.ratios[name].jsonParse];
    const percent = Math.round((now / then - 1) * 100);
    return `${name === 'all' ? 'all four' : name} ${then.toFixed(2)} → ${now.toFixed(2)} (${percent < 0 ? '−' : '+'}${Math.abs(percent)} %)`;
  });
  return `x JSON.parse since ${previous.commit} of ${previous.date.slice(0, 10)}: ${changes.join(', ')}`;
}
