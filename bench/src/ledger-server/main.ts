import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Ledger } from '@lvra/ledger';
import { LedgerStages, VRA } from '@lvra/ledger/testing/ledger-stages';
import { serverOf } from '@lvra/ledger/testing/postgres';
import { startPostgres } from '@lvra/test-servers/postgres';
import pg from 'pg';
import { byOperation, type Sample, Stopwatch, spread } from '../ledger/timing.js';
import { about, table } from '../pipeline/about.js';

// make bench OF=ledger-server: a ledger on PostgreSQL with a synchronous standby, both on this machine, fsync on.
const ALERTS_A_STEM = 250;
/** What the settings ship. */
const ANNOTATE_LIST = 400;
const WARM_UP = 20;
const STEMS = 60;
const OBJECTS = 100_000;
const WRITERS = 8;
const SECONDS = 8;
const WRITER = fileURLToPath(new URL('writer-main.js', import.meta.url));

const server = await startPostgres({ standbys: 1 });
try {
  await server.createDatabase('bench');
  const place = server.address('bench');
  await oneStem(place);
  for (const alerts of [250, 1_000, 20]) await eightWriters(place, alerts);
  process.stdout.write(`${about()}\n`);
} finally {
  await server.stop();
}

/** What a stem takes through all operations, and how many statements it is. */
async function oneStem(place: string): Promise<void> {
  const ledger = await Ledger.open(serverOf(place), [VRA], { create: true });
  let statements = 0;
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...words: unknown[]) {
    statements++;
    return Reflect.apply(query, this, words);
  } as typeof query;
  const stopwatch = new Stopwatch(ledger);
  const stages = new LedgerStages(ledger, 0, stopwatch.perform, ANNOTATE_LIST);
  const samples: Sample[] = [];
  const whole: { ms: number; cpuMs: number; statements: number }[] = [];
  for (let number = 0; number < WARM_UP + STEMS; number++) {
    [stopwatch.samples, statements] = [[], 0];
    const before = process.cpuUsage();
    await stages.run({ number, alerts: ALERTS_A_STEM, objects: OBJECTS });
    const { user, system } = process.cpuUsage(before);
    if (number < WARM_UP) continue;
    const ms = stopwatch.samples.reduce((sum, sample) => sum + sample.ms, 0);
    whole.push({ ms, cpuMs: (user + system) / 1_000, statements });
    samples.push(...stopwatch.samples);
  }
  pg.Client.prototype.query = query;
  await ledger.close();
  const rows = [...byOperation(samples)].map(([operation, of]) => [
    operation,
    (of.length / STEMS).toFixed(0),
    spread(of.map(({ ms }) => ms)),
  ]);
  const of = (what: 'ms' | 'cpuMs' | 'statements') => spread(whole.map((each) => each[what]));
  rows.push(['all of a stem', '1', of('ms')]);
  process.stdout.write(
    `one process, stems of ${ALERTS_A_STEM}; ms: median, 99th percentile, most\n${table(['operation', 'times', 'ms'], rows)}\n` +
      `statements a stem: ${of('statements')}; CPU of the process a stem, ms: ${of('cpuMs')}\n`,
  );
}

/** How many alerts a second go through all operations if eight processes write at once. */
async function eightWriters(place: string, alerts: number): Promise<void> {
  const done = await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const child = fork(WRITER, [JSON.stringify({ place, writer, alerts, seconds: SECONDS, objects: OBJECTS })]);
      let stems: number | undefined;
      child.once('message', (message) => {
        stems = Number(message);
      });
      const [code, signal] = await once(child, 'exit');
      if (stems === undefined) throw new Error(`writer ${writer} ended with ${signal ?? code}; its error is above`);
      return stems;
    }),
  );
  const stems = done.reduce((sum, each) => sum + each, 0);
  process.stdout.write(
    `${WRITERS} writers, stems of ${alerts}: ${Math.round((stems * alerts) / SECONDS)} alerts a second\n`,
  );
}
