import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Ledger } from '@lvra/ledger';
import { fillLedger } from '@lvra/ledger/testing/large-ledger';
import { about, table } from '../pipeline/about.js';
import { type Usage, usageOf } from '../pipeline/process-usage.js';

// make bench OF=export: what `lvra export` takes for a night of ROWS scores (1,000,000) in each format, and for the files of ALERTS
// simulated alerts (10,000) in Parquet.
const ROWS = Number(process.env.ROWS ?? 1_000_000);
const ALERTS = Number(process.env.ALERTS ?? 10_000);

const LVRA = fileURLToPath(new URL('../../../services/cli/bin/lvra.js', import.meta.url));
const ALERTS_A_STEM = 250;
const HOURS = 10;
const LOOK_EVERY_MS = 20;

const folder = mkdtempSync(join(tmpdir(), 'lvra-bench-export-'));
try {
  const [filled, simulated] = [join(folder, 'filled'), join(folder, 'simulated')];
  for (const root of [filled, simulated]) await lvra(root, 'init');
  const stems = Math.ceil(ROWS / ALERTS_A_STEM);
  const ledger = await Ledger.open(join(filled, 'db', 'log.db'), ['r0b'], { create: false });
  // All of them before noon: one night.
  const stemEveryS = Math.max(Math.floor((HOURS * 3_600) / stems), 1);
  fillLedger(ledger, { stems, alertsAStem: ALERTS_A_STEM, sourcesAnObject: 10, stemEveryS });
  await ledger.close();
  const count = ['--simulate-count', String(ALERTS), '--dry-run'];
  await lvra(simulated, 'run', '--once', '--source', 'simulate', ...count);

  const rows: string[][] = [];
  for (const format of ['parquet', 'csv', 'votable', 'ndjson']) rows.push(await measured(filled, 'scores', format));
  for (const of of ['features', 'light-curves', 'alerts']) rows.push(await measured(simulated, of, 'parquet'));
  const head = ['table', 'format', 'rows', 'file', 'CPU s', 'rows a CPU second', 'peak MB'];
  process.stdout.write(`${table(head, rows)}\n${about()}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

async function measured(root: string, name: string, format: string): Promise<string[]> {
  const words = ['export', name, '--from', '20240101', '--format', format, '--out', join(root, 'nights')];
  const { said, usage } = await lvra(root, ...words);
  const nights = [...said.matchAll(/^\d{8} {2}([\d,]+) rows?, ([\d.]+ \wB):/gm)];
  const written = nights.reduce((sum, [, number = '']) => sum + Number(number.replaceAll(',', '')), 0);
  const perSecond = Math.round(written / (usage.cpuMs / 1_000));
  const file = nights.map(([, , bytes]) => bytes).join(' + ');
  return [name, format, written, file, (usage.cpuMs / 1_000).toFixed(1), perSecond, usage.peakMb.toFixed(0)].map(
    String,
  );
}

/** Runs it to its end, and looks meanwhile at what it uses. */
async function lvra(root: string, ...words: string[]): Promise<{ said: string; usage: Usage }> {
  const env = { PATH: process.env.PATH, LVRA_DATA_ROOT: root, LVRA_LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, [LVRA, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const ended = once(child, 'close') as Promise<[number]>;
  const usage = await usageUntilEnd(child);
  const [code] = await ended;
  if (code !== 0 || usage === undefined) throw new Error(`lvra ${words.join(' ')} ended with ${code}: ${said}`);
  return { said, usage };
}

async function usageUntilEnd(child: ChildProcess): Promise<Usage | undefined> {
  let last: Usage | undefined;
  while (child.exitCode === null && child.signalCode === null) {
    try {
      const now = usageOf(child.pid!);
      // A process that has just ended has no memory any more.
      last = { ...now, peakMb: Math.max(now.peakMb, last?.peakMb ?? 0) };
    } catch {
      // It ended while it was looked at.
    }
    await sleep(LOOK_EVERY_MS);
  }
  return last;
}
