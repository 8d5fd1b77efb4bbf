import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ledger, type Moved, moveToFile, moveToServer } from '@lvra/ledger';
import { fillLedger } from '@lvra/ledger/testing/large-ledger';
import { VRA } from '@lvra/ledger/testing/ledger-stages';
import { serverOf } from '@lvra/ledger/testing/postgres';
import { startPostgres } from '@lvra/test-servers/postgres';
import { about, table } from '../pipeline/about.js';

// make bench OF=move: a ledger of ROWS alerts (1,000,000) to PostgreSQL on this machine and back, fsync on, and that it comes back equal.
const ROWS = Number(process.env.ROWS ?? 1_000_000);
const ALERTS_A_STEM = 250;

const folder = mkdtempSync(join(tmpdir(), 'lvra-bench-move-'));
const server = await startPostgres();
try {
  const path = join(folder, 'db', 'log.db');
  const ledger = await Ledger.open(path, [VRA], { create: true });
  fillLedger(ledger, { stems: ROWS / ALERTS_A_STEM, alertsAStem: ALERTS_A_STEM, sourcesAnObject: 10 });
  await ledger.close();
  const bytes = statSync(path).size;
  await server.createDatabase('bench');
  const address = serverOf(server.address('bench'));

  const there = await timed(() => moveToServer(path, address, () => {}));
  const back = await timed(() => moveToFile(address, path, join(dirname(path), 'aside'), () => {}));

  // Each move has compared both sides; these are what it started from and what it came back to.
  const rows = there.moved.tables.map(({ table: name, rows: number, sha256 }, at) => {
    const again = back.moved.tables[at]!;
    const isEqual = again.table === name && again.rows === number && again.sha256 === sha256;
    return [name, String(number), isEqual ? 'equal' : 'NOT EQUAL'];
  });
  process.stdout.write(`${table(['table', 'rows', 'there and back'], rows)}\n`);
  process.stdout.write(
    `${ROWS} alerts, ${Math.round(bytes / 1e6)} MB: there ${told(there)}; back ${told(back)}\n${about()}\n`,
  );
  if (rows.some(([, , result]) => result !== 'equal')) process.exitCode = 1;
} finally {
  await server.stop();
  rmSync(folder, { recursive: true });
}

interface Timed {
  readonly moved: Moved;
  readonly ms: number;
  readonly cpuMs: number;
}

async function timed(work: () => Promise<Moved>): Promise<Timed> {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  const moved = await work();
  const { user, system } = process.cpuUsage(before);
  return { moved, ms: performance.now() - begun, cpuMs: (user + system) / 1_000 };
}

function told({ ms, cpuMs }: Timed): string {
  const peak = process.resourceUsage().maxRSS / 1_000;
  return `${(ms / 1_000).toFixed(0)} s (${(cpuMs / 1_000).toFixed(0)} s of this process's CPU, at most ${peak.toFixed(0)} MB)`;
}
