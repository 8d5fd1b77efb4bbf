import { cpus } from 'node:os';
import Table from 'cli-table3';
import { measureScoring } from './scoring.js';

const { rows, features, ways } = await measureScoring();
const table = new Table({ head: ['way', 'rows/s of CPU', 'rows/s, quickest run'], style: { head: [], border: [] } });
for (const { way, rowsPerCpuSecond, rowsPerSecond } of ways) {
  table.push([way, Math.round(rowsPerCpuSecond).toLocaleString('en'), Math.round(rowsPerSecond).toLocaleString('en')]);
}
process.stdout.write(
  [
    `scoring ${rows.toLocaleString('en')} rows of ${features} features with 50 trees, one thread`,
    table.toString(),
    `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`,
    '',
  ].join('\n'),
);
