import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startKafka } from '@lvra/test-servers/kafka';
import { startNats } from '@lvra/test-servers/nats';
import { type Service, startService } from '@lvra/test-servers/service';
import Table from 'cli-table3';
import { alertStream, nextAlerts } from './alerts.js';
import { residentMbOf, type Usage, usageOf, usedBetween } from './process-usage.js';
import { produce } from './produce.js';
import { sumOf } from './prometheus.js';

/**
 * A backlog of small alerts in Kafka, or with `--real` of alerts of real size, drained by one consumer: how fast, at what
 * cost, and whether its memory grows with what it has read. Ends with 1 where it does.
 */
const TOPIC = 'lasair_18lvra-fodder';
const FIRST_ID = 313_637_921_267_122_191n;
const MADE_AT_ONCE = 2_000;
const LOOK_EVERY_MS = 250;
const TENTHS = 10;
/** V8's heap breathes by as much as this. */
const BREATH_MB = 40;

const { values } = parseArgs({
  options: { alerts: { type: 'string', default: '500000' }, real: { type: 'boolean', default: false } },
});
const alerts = Number(values.alerts);

interface Sample {
  readonly read: number;
  readonly seconds: number;
  readonly mb: number;
}

const { samples, used, bytes } = await drainBacklog();
process.stdout.write(report());
if (hasGrown(samples)) process.exitCode = 1;

interface Drained {
  readonly samples: readonly Sample[];
  /** By the consumer, from when it answered to the last alert. */
  readonly used: Usage;
  readonly bytes: number;
}

async function drainBacklog(): Promise<Drained> {
  const root = mkdtempSync(join(tmpdir(), 'lvra-backlog-'));
  const [kafka, nats] = await Promise.all([startKafka({ version: '3.9' }), startNats()]);
  let consumer: Service | undefined;
  try {
    await kafka.createTopic(TOPIC, 8);
    const stream = values.real ? alertStream() : smallAlerts();
    let bytes = 0;
    for (let begin = 0; begin < alerts; begin += MADE_AT_ONCE) {
      const some = nextAlerts(stream, Math.min(MADE_AT_ONCE, alerts - begin));
      bytes += some.reduce((sum, { length }) => sum + length, 0);
      await produce(kafka.brokers, TOPIC, some);
    }
    const environment = {
      LVRA_PROFILE: 'production',
      LVRA_DATA_ROOT: root,
      LVRA_KAFKA_SERVER: kafka.brokers.join(','),
      LVRA_MY_TOPIC: TOPIC,
      LVRA_GROUP_ID: 'backlog',
      LVRA_SOURCE: 'kafka',
      LVRA_NATS_SERVER: nats.url,
      LVRA_ENDPOINT: 'http://127.0.0.1:9',
    };
    consumer = await startService('consumer', environment, { ready: 'alive' });
    const before = usageOf(consumer.pid);
    const samples = await watch(consumer);
    return { samples, used: usedBetween(before, usageOf(consumer.pid)), bytes };
  } finally {
    await consumer?.end();
    await kafka.stop();
    await nats.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

async function watch(consumer: Service): Promise<Sample[]> {
  const begun = performance.now();
  const found: Sample[] = [];
  for (let read = 0; read < alerts; ) {
    await sleep(LOOK_EVERY_MS);
    const page = await consumer.metrics();
    read = sumOf(page, 'lvra_alerts_consumed_total');
    found.push({ read, seconds: (performance.now() - begun) / 1000, mb: residentMbOf(consumer.pid) });
  }
  return found;
}

function* smallAlerts(): Generator<Buffer, void> {
  for (let id = FIRST_ID; ; id++)
    yield Buffer.from(`{"diaObjectId": ${id}, "raErr": NaN, "pad": "${'x'.repeat(200)}"}`);
}

/** The most memory in each tenth of the backlog. */
function mbByTenth(found: readonly Sample[]): (number | undefined)[] {
  return Array.from({ length: TENTHS }, (_, tenth) => {
    const within = found.filter(({ read }) => Math.min(Math.floor((read / alerts) * TENTHS), TENTHS - 1) === tenth);
    return within.length > 0 ? Math.max(...within.map(({ mb }) => mb)) : undefined;
  });
}

/** V8's heap and SQLite's cache find their size over the first 250,000 alerts. */
function hasGrown(found: readonly Sample[]): boolean {
  const tenths = mbByTenth(found).map((mb) => mb ?? 0);
  return Math.max(...tenths.slice(5)) > Math.max(...tenths.slice(1, 5)) + BREATH_MB;
}

function ofEach(ms: number): string {
  return (ms / alerts).toFixed(3);
}

function report(): string {
  const head = ['tenth of the backlog', 'most memory, MB'];
  const table = new Table({ head, style: { head: [], border: [] }, colAligns: ['right', 'right'] });
  for (const [tenth, mb] of mbByTenth(samples).entries()) table.push([tenth + 1, mb?.toFixed(0) ?? '']);
  const seconds = samples.at(-1)?.seconds ?? Number.NaN;
  return [
    `${alerts} alerts of ${(bytes / alerts / 1000).toFixed(1)} kB in ${seconds.toFixed(1)} s, ${(alerts / seconds).toFixed(0)} a second`,
    `CPU of the consumer, ms an alert: user ${ofEach(used.userMs)}, system ${ofEach(used.systemMs)}`,
    table.toString(),
    `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}; Kafka and NATS on the same machine`,
    '',
  ].join('\n');
}
