import { randomInt } from 'node:crypto';
import { table } from '@lvra/cli';
import { quantile } from '@lvra/core';
import { FaultWorld, SERVICES } from '@lvra/faults/fault-world';
import { startProxy } from '@lvra/faults/proxy';
import { startCluster } from '@lvra/faults/run-case';
import { Ledger } from '@lvra/ledger';
import { serverOf } from '@lvra/ledger/testing/postgres';
import { simulateAlerts } from '@lvra/simulator';
import { startKafka } from '@lvra/test-servers/kafka/brokers';
import type { Postgres } from '@lvra/test-servers/postgres';
import { Sampler, trendsOf } from './samples.js';

// make soak: the four services under a steady load, MINUTES long, RATE alerts a second. Batches and lists are those of the
// settings that ship, so it also shows how long an alert takes from Kafka to its accepted annotation. LEDGER=postgres has the
// ledger on PostgreSQL with two standbys, DELAY_MS away each way.
const minutes = Number(process.env.MINUTES || 30);
const rate = Number(process.env.RATE || 250);
const seed = Number(process.env.SEED || randomInt(1, 2 ** 31));
const delayMs = Number(process.env.DELAY_MS || 0);
const SAMPLE_EVERY_MS = 5_000;
const SENDS_A_SECOND = 5;

const kafka = await startKafka({ version: '3.9' });
const postgres = process.env.LEDGER === 'postgres' ? await startCluster() : undefined;
const world = await FaultWorld.make({
  ...{ seed, kafka, topic: 'lasair_18-soak', partitions: 1, postgres },
  settings: { LVRA_BATCH_ALERTS: '1000', LVRA_BATCH_SECONDS: '2.4', LVRA_ANNOTATE_LIST_SIZE: '400' },
});
const atOnce = world.environment.LVRA_LEDGER;
try {
  if (postgres) world.environment.LVRA_LEDGER = await farAway(postgres);
  await world.startAll({ node: ['--expose-gc', '--import', new URL('./collecting.js', import.meta.url).href] });
  const samplers = SERVICES.map((name) => new Sampler(world.service(name)));
  const begun = performance.now();
  const begunMs = Date.now();
  const elapsed = () => performance.now() - begun;
  const over = new AbortController();
  const sent = send(over.signal);
  while (elapsed() < minutes * 60_000) {
    await world.until('the next sample is due', () => elapsed() >= samplers[0]!.samples.length * SAMPLE_EVERY_MS);
    await Promise.all(samplers.map((sampler) => sampler.take(elapsed() / 1000)));
  }
  over.abort();
  const alerts = await sent;
  const perSecond = alerts / (elapsed() / 1000);
  const drainBegun = performance.now();
  await world.until('every alert is scored and has an outcome', () => isDone(alerts), 900_000);
  const drainSeconds = (performance.now() - drainBegun) / 1000;
  // The first third is warming up, as it is for the samples.
  await reportLatency(begunMs + minutes * 20_000);
  report(samplers, alerts, perSecond, drainSeconds);
  const verified = await world.lvra('verify');
  process.stdout.write(verified.code === 0 ? 'lvra verify: all is well\n' : `${verified.stdout}${verified.stderr}\n`);
  if (verified.code !== 0) process.exitCode = 1;
} finally {
  await world.end();
  await kafka.stop('SIGKILL');
  await postgres?.stop();
}

/** The address of the ledger through a network that takes DELAY_MS each way. */
async function farAway({ hosts }: Postgres): Promise<string> {
  let address = atOnce!;
  for (const { port } of hosts) {
    const proxy = await startProxy(port);
    world.atEnd(() => proxy.close());
    proxy.slow(delayMs);
    address = address.replace(`:${port}`, `:${proxy.port}`);
  }
  return address;
}

/** Sends at the rate, or as near to it as this machine comes. @returns how many */
async function send(signal: AbortSignal): Promise<number> {
  // Every alert is dropped once it is sent: what is measured is the services' memory, and this process has its own.
  const alerts = simulateAlerts({ seed, forms: 'full', revisits: 0.25, meanSources: 4 });
  const each = Math.round(rate / SENDS_A_SECOND);
  let count = 0;
  for (let next = performance.now(); !signal.aborted; next += 1000 / SENDS_A_SECOND) {
    const messages = Array.from({ length: each }, () => ({ value: Buffer.from(alerts.next().value.text) }));
    await world.producer.send({ topic: world.topic, messages });
    count += each;
    const waitMs = next - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    else next = performance.now();
  }
  return count;
}

async function isDone(alerts: number): Promise<boolean> {
  return (await world.count('SELECT count(*) FROM annotation_outcome')) >= alerts;
}

async function reportLatency(since: number): Promise<void> {
  const address = atOnce === undefined ? world.paths.database : serverOf(atOnce);
  const ledger = await Ledger.open(address, [], { create: false });
  try {
    const latenciesMs = await ledger.totals.latenciesMs(since);
    const within = (share: number) => `${(quantile(latenciesMs, share) / 1_000).toFixed(2)} s`;
    process.stdout.write(
      `from Kafka to the accepted annotation, ${latenciesMs.length} alerts: median ${within(0.5)}, 99 in 100 within ${within(0.99)}, longest ${within(1)}\n`,
    );
  } finally {
    await ledger.close();
  }
}

function report(samplers: readonly Sampler[], alerts: number, perSecond: number, drainSeconds: number): void {
  const rows: string[][] = [];
  for (const { service, samples } of samplers) {
    for (const { figure, middle, last, isFlat } of trendsOf(samples)) {
      rows.push([service.name, figure, middle.toFixed(1), last.toFixed(1), isFlat ? 'flat' : 'GROWS']);
      if (!isFlat) process.exitCode = 1;
    }
  }
  process.stdout.write(
    `${table(['service', 'figure', 'middle third', 'last third', ''], rows, [2, 3])}\n${alerts} alerts in ${minutes} min, ${perSecond.toFixed(0)} a second; ` +
      `the last was annotated ${drainSeconds.toFixed(0)} s after the end\nagain: make soak MINUTES=${minutes} RATE=${rate} SEED=${seed}\n`,
  );
}
