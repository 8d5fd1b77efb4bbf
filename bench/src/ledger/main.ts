import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '@lvra/shared/errors';
import { Ledger } from '@lvra/shared/ledger/ledger';
import { dataPaths } from '@lvra/shared/paths';
import { runProgram } from '@lvra/shared/service/program';
import { filledObjects, fillLedger } from '@lvra/shared/testing/large-ledger';
import { RESULTS } from '../results.js';
import { type Filled, measureLedger, reportOf, resultOf } from './measure.js';
import { VRA } from './stages.js';

/** `make bench-ledger`: fills ledgers of up to ROWS rows of provenance, measures them, and removes them. */
const SIZES = [1_000, 100_000, 1_000_000, 10_000_000];
const ALERTS_A_STEM = 100;
const SOURCES_AN_OBJECT = 10;

await runProgram('bench-ledger', async () => {
  const { values } = parseArgs({ options: { rows: { type: 'string', default: String(SIZES.at(-1)) } } });
  const most = Number(values.rows);
  if (!(most >= 1_000)) throw new UsageError(`ROWS=${values.rows} is no number of rows: write 1000 or more`);
  const root = mkdtempSync(join(tmpdir(), 'lvra-bench-ledger-'));
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const sizes = [...SIZES.filter((rows) => rows < most), most];
  const filled = sizes.map((rows) => fill(join(root, String(rows)), rows));
  const result = resultOf(await measureLedger(filled));
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, 'ledger.json'), `${JSON.stringify(result, null, 1)}\n`);
  process.stdout.write(reportOf(result));
});

function fill(dataRoot: string, rows: number): Filled {
  const size = {
    stems: Math.round(rows / ALERTS_A_STEM),
    alertsAStem: ALERTS_A_STEM,
    sourcesAnObject: SOURCES_AN_OBJECT,
  };
  const begun = performance.now();
  const ledger = Ledger.open(dataPaths(dataRoot).database, [VRA], { create: true });
  try {
    fillLedger(ledger, size);
  } finally {
    ledger.close();
  }
  process.stderr.write(`${rows} rows are there after ${((performance.now() - begun) / 1_000).toFixed(0)} s\n`);
  return { dataRoot, rows, stems: size.stems, objects: filledObjects(size) };
}
