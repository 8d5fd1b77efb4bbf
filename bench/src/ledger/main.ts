import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { about, table } from '../pipeline/about.js';
import { type Filled, fill, measureSize } from './sizes.js';
import { byOperation, ownMs, type Sample, spread, togetherOf } from './timing.js';
import { type Load, measureWriters } from './writers.js';

// make bench OF=ledger: fills ledgers of up to ROWS rows of provenance, measures them, and removes them.
const SIZES = [1_000, 100_000, 1_000_000, 10_000_000];
/** The survey's stream in batches of a second, the same in the smallest stems, and its peak in the largest. */
const LOADS: readonly Load[] = [
  { alertsASecond: 250, alertsAStem: 250, seconds: 40 },
  { alertsASecond: 250, alertsAStem: 20, seconds: 20 },
  { alertsASecond: 1_500, alertsAStem: 1_000, seconds: 40 },
];
const STATUS = fileURLToPath(new URL('status-main.js', import.meta.url));

const { values } = parseArgs({ options: { rows: { type: 'string', default: `${SIZES.at(-1)}` } } });
const most = Number(values.rows);
if (!(most >= 1_000)) throw new Error(`ROWS=${values.rows} is no number of rows: write 1000 or more`);
const root = mkdtempSync(join(tmpdir(), 'lvra-bench-ledger-'));
// Interrupted, too: they take gigabytes.
process.once('exit', () => rmSync(root, { recursive: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const filled: Filled[] = [];
for (const rows of [...SIZES.filter((size) => size < most), most]) filled.push(await fill(join(root, `${rows}`), rows));
const largest = filled.at(-1) as Filled;
say(`A ledger of ${most.toLocaleString('en-GB')} rows of provenance; ms: median, 99th percentile, most`);
say(execFileSync(process.execPath, [STATUS, largest.dataRoot], { encoding: 'utf8' }).trimEnd());
say('one process alone, without the wait for the disk, by rows:');
const sizes: Map<string, string>[] = [];
for (const each of filled) sizes.push(await measureSize(each));
const operations = [...(sizes[0] as Map<string, string>).keys()];
say(
  table(
    ['ms: median, 99th percentile', ...filled.map(({ rows }) => rows.toLocaleString('en-GB'))],
    operations.map((name) => [name, ...sizes.map((times) => times.get(name) ?? '')]),
  ),
);
for (const [index, load] of LOADS.entries()) {
  const { samples, behindMs } = await measureWriters(
    { ...largest, stems: largest.stems + (index + 1) * 100_000 },
    load,
  );
  const late = behindMs > 1_000 ? `; the last ended ${(behindMs / 1_000).toFixed(1)} s late` : '';
  say(`eight writers, ${load.alertsASecond} alerts a second in stems of ${load.alertsAStem}${late}`);
  say(loadTable(samples));
  say(togetherOf(samples));
}
say(about());

function loadTable(samples: readonly Sample[]): string {
  const rows = [...byOperation(samples)].map(([operation, of]) => [
    ...[operation, of.length, spread(of.map(({ ms }) => ms)), spread(of.map(ownMs))],
    ...[spread(of.map(({ commitMs }) => commitMs)), spread(of.map(({ waitedMs }) => waitedMs))],
  ]);
  return table(['operation', 'times', 'in all', 'its own work', 'commit', 'wait for the lock'], rows);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
