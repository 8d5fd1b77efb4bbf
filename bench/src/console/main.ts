import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { quantile } from '@lvra/core';
import { Ledger } from '@lvra/ledger';
import { filledObjects, fillLedger } from '@lvra/ledger/testing/large-ledger';
import { valuesIn } from '@lvra/ledger/testing/look-inside';
import { startSandbox } from '@lvra/simulator';
import { dataPaths } from '@lvra/store';
import { freePort } from '@lvra/test-servers/ports';
import { about, table } from '../pipeline/about.js';
import { usageOf, usedBetween } from '../pipeline/process-usage.js';
import { type Measured, pagesOf } from './pages.js';

// make bench OF=console: a ledger of ROWS rows in nights of 100,000, the pipeline at 250 alerts a second beside it, and each page
// asked for by one reader while 20 others hear of every change. KEEP=<folder> keeps the ledger for the next time.
const SIZE = { alertsAStem: 100, sourcesAnObject: 10, stemEveryS: 86 };
const STEMS_A_NIGHT = 1_000;
const RATE = 250;
const STREAMS = 20;
/** As docker-compose.yml has it. */
const AS_IN_CONTAINERS = '--max-old-space-size=96 --max-semi-space-size=8';
const WARM_UP_MS = 20_000;
const LVRA = fileURLToPath(new URL('../../../services/cli/bin/lvra.js', import.meta.url));

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '10000000' }, keep: { type: 'string' } },
});
const rows = Number(values.rows);
const size = { ...SIZE, stems: Math.round(rows / SIZE.alertsAStem) };
const root = values.keep ?? mkdtempSync(join(tmpdir(), 'lvra-bench-console-'));
const ending: (() => void | Promise<void>)[] = [];
if (values.keep === undefined) process.once('exit', () => rmSync(root, { recursive: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const ledger = await Ledger.open(dataPaths(root).database, ['r0b'], { create: true });
fillLedger(ledger, size);
const stems = await valuesIn<string>(
  ledger,
  "SELECT stem FROM batch WHERE consumer = 'filled' ORDER BY stem DESC LIMIT 5000",
);
await ledger.close();
const nights = Array.from({ length: Math.min(Math.floor(size.stems / STEMS_A_NIGHT), 40) }, (_, back) => {
  const day = new Date(Date.UTC(2024, 0, 1) + (size.stems * SIZE.stemEveryS - (back + 2) * 86_400) * 1_000);
  return day.toISOString().slice(0, 10).replaceAll('-', '');
});

const sandbox = await startSandbox({ latencyMs: 80 });
const environment = {
  ...process.env,
  LVRA_DATA_ROOT: root,
  LVRA_ENDPOINT: sandbox.endpoint,
  LASAIR_TOKEN: 'sandbox-token',
  LVRA_HEALTH_PORT: '0',
};
try {
  const port = await freePort();
  lvra('run', '--source', 'simulate', '--simulate-rate', `${RATE}`, '--simulate-seed', `${Date.now() % 1_000_000}`);
  const pages = lvra('start', 'console');
  await until(async () => (await fetch(address('/keys'))).status === 200);
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
  const { stems: recent } = (await (await fetch(address('/api/v1/tonight'))).json()) as { stems: { stem: string }[] };
  const live = await objectsOf(recent.map(({ stem }) => stem));
  const heard = Array.from({ length: STREAMS }, () => listen());
  const results: string[][] = [];
  for (const page of pagesOf({ stems, nights, objects: filledObjects(size), liveObjects: live })) {
    const before = usageOf(pages.pid!);
    const times = await timesOf(page);
    results.push([...resultOf(page, times), (usedBetween(before, usageOf(pages.pid!)).cpuMs / page.rounds).toFixed(1)]);
  }
  say(
    `${rows.toLocaleString('en-GB')} rows of provenance, ${RATE} alerts a second beside it, ${STREAMS} tabs that listen`,
  );
  say(table(['page, ms', 'median', 'p95', 'most', 'limit', 'answer', 'CPU'], results));
  say(`console: ${Math.round(usageOf(pages.pid!).peakMb)} MB at most; ${total(heard)} changes told`);
  say(about());

  function address(path: string): string {
    return `http://127.0.0.1:${port}${path}`;
  }

  async function timesOf({ path, rounds }: Measured): Promise<{ ms: number[]; status: number; bytes: number }> {
    const ms: number[] = [];
    let status = 0;
    let bytes = 0;
    for (let round = 0; round < rounds; round++) {
      const begun = performance.now();
      const response = await fetch(address(path(round)), { headers: { accept: 'text/html' } });
      bytes = (await response.arrayBuffer()).byteLength;
      ms.push(performance.now() - begun);
      status = Math.max(status, response.status);
    }
    return { ms, status, bytes };
  }

  async function objectsOf(of: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    const look = await Ledger.look(dataPaths(root).database, ['r0b']);
    for (const stem of of.slice(0, 10)) {
      found.push(
        ...(await valuesIn<bigint>(look, 'SELECT diaObjectId FROM provenance WHERE stem = ?', stem)).map(String),
      );
    }
    await look.close();
    return found;
  }

  function listen(): { count: number } {
    const heard = { count: 0 };
    const abort = new AbortController();
    ending.push(() => abort.abort());
    void (async () => {
      const response = await fetch(address('/api/v1/events'), { signal: abort.signal });
      for await (const _ of response.body ?? []) heard.count++;
    })().catch((error: Error) => {
      if (!abort.signal.aborted) say(`a tab hears nothing more: ${error.message}`);
    });
    return heard;
  }

  function lvra(...args: string[]) {
    const child = spawn(process.execPath, [LVRA, ...args], {
      env: {
        ...environment,
        ...(args[0] === 'start' && { LVRA_CONSOLE_LISTEN: `127.0.0.1:${port}`, NODE_OPTIONS: AS_IN_CONTAINERS }),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    ending.push(async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    });
    return child;
  }
} finally {
  for (const end of ending.reverse()) await end();
  await sandbox.close();
}

function resultOf(
  { name, limitMs }: Measured,
  { ms, status, bytes }: { ms: number[]; status: number; bytes: number },
): string[] {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) => quantile(sorted, share).toFixed(1);
  return [
    name,
    at(0.5),
    at(0.95),
    at(1),
    `${limitMs}`,
    status === 200 ? `${Math.round(bytes / 1_000)} kB` : `${status}`,
  ];
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (await isSo().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the console did not answer within a minute');
}

function total(heard: readonly { count: number }[]): number {
  return heard.reduce((sum, { count }) => sum + count, 0);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
