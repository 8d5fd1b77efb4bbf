import { randomInt } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type KafkaServer, startKafka } from '@lvra/test-servers/kafka/brokers';
import type { Postgres } from '@lvra/test-servers/postgres';
import type { FaultCase } from './fault-case.js';
import { type Row, tableOf } from './judges/table.js';
import { runCase, startCluster } from './run-case.js';

/**
 * The fault suite: every case of `cases/`, some at a time, and a table at the end, which is kept until the next run.
 *
 * SEED repeats a run, CASE runs only the cases whose names start with it (several with commas), AT_ONCE sets how
 * many run in parallel. LEDGER=postgres runs those that are not about SQLite's file, with the ledger on PostgreSQL.
 */
const seed = Number(process.env.SEED || randomInt(1, 2 ** 31));
const wanted = (process.env.CASE ?? '').split(',');
const atOnce = Number(process.env.AT_ONCE || 6);
const engine = process.env.LEDGER || 'sqlite';
const LAST_RUN = new URL('../last-run.txt', import.meta.url);
const CASE_WITHIN_MS = 300_000;

if (!['sqlite', 'postgres'].includes(engine)) throw new Error(`LEDGER=${engine} is neither sqlite nor postgres`);
const cases = (await allCases()).filter(
  ({ name, ledger = engine }) => ledger === engine && wanted.some((begin) => name.startsWith(begin)),
);
if (cases.length === 0) throw new Error(`no fault case with LEDGER=${engine} is called ${wanted.join(' or ')}`);

describe(`faults, LEDGER=${engine} SEED=${seed}`, { concurrency: atOnce }, () => {
  const rows: Row[] = [];
  let kafka: KafkaServer;
  let postgres: Postgres | undefined;

  before(async () => {
    kafka = await startKafka({ version: '3.9' });
    if (engine === 'postgres') postgres = await startCluster();
  });

  after(async () => {
    await Promise.all([kafka?.stop('SIGKILL'), postgres?.stop()]);
    const order = cases.map(({ name }) => name);
    rows.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    const table = `${tableOf(rows)}\nLEDGER=${engine} SEED=${seed}\n`;
    process.stdout.write(`\n${table}`);
    writeFileSync(LAST_RUN, `${new Date().toISOString()}, Node ${process.version}\n${table}`);
  });

  for (const fault of cases) {
    test(`${fault.name}: ${fault.fault}`, { timeout: fault.timeoutMs ?? CASE_WITHIN_MS }, async () => {
      try {
        await runCase(fault, seed, { kafka, postgres }, (row) => rows.push(row));
      } catch (error) {
        process.stdout.write(
          `\n${fault.name} failed; again: make test-faults LEDGER=${engine} SEED=${seed} CASE=${fault.name}\n`,
        );
        throw error;
      }
    });
  }
});

async function allCases(): Promise<FaultCase[]> {
  const folder = new URL('./cases/', import.meta.url);
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter(
    (file) => file.endsWith('.js') && !file.endsWith('.test.js'),
  );
  const modules = await Promise.all(files.sort().map((file) => import(new URL(file, folder).href)));
  const all = (modules as { cases?: FaultCase[] }[]).flatMap((module) => module.cases ?? []);
  const names = all.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two fault cases are called ${twice}`);
  return all;
}
