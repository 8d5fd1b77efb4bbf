import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startKafka } from '@lvra/test-servers/kafka';
import { startNats } from '@lvra/test-servers/nats';
import { type Service, startService } from '@lvra/test-servers/service';
import Table from 'cli-table3';
import { produce } from './produce.js';

/**
 * A backlog of small alerts in Kafka, drained by one consumer: how fast, and whether its memory grows with what it has
 * read. Ends with 1 where it does.
 */
const TOPIC = 'lasair_18lvra-fodder';
const FIRST_ID = 313_637_921_267_122_191n;
const MADE_AT_ONCE = 10_000;
const LOOK_EVERY_MS = 250;
const TENTHS = 10;
/** V8's heap breathes by as much as this. */
const BREATH_MB = 40;

const { values } = parseArgs({ options: { alerts: { type: 'string', default: '500000' } } });
const alerts = Number(values.alerts);

interface Sample {
  readonly read: number;
  readonly seconds: number;
  readonly mb: number;
}

const samples = await drainBacklog();
process.stdout.write(report(samples));
if (hasGrown(samples)) process.exitCode = 1;

async function drainBacklog(): Promise<Sample[]> {
  const root = mkdtempSync(join(tmpdir(), 'lvra-backlog-'));
  const [kafka, nats] = await Promise.all([startKafka({ version: '3.9' }), startNats()]);
  let consumer: Service | undefined;
  try {
    await kafka.createTopic(TOPIC, 8);
    for (let begin = 0; begin < alerts; begin += MADE_AT_ONCE) {
      await produce(kafka.brokers, TOPIC, smallAlerts(begin, Math.min(begin + MADE_AT_ONCE, alerts)));
    }
    consumer = await startService('consumer', {
      LVRA_PROFILE: 'production',
      LVRA_DATA_ROOT: root,
      LVRA_KAFKA_SERVER: kafka.brokers.join(','),
      LVRA_MY_TOPIC: TOPIC,
      LVRA_GROUP_ID: 'backlog',
      LVRA_SOURCE: 'kafka',
      LVRA_NATS_SERVER: nats.url,
      LVRA_ENDPOINT: 'http://127.0.0.1:9',
    });
    return await watch(consumer);
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
    read = Number(/^lvra_alerts_consumed_total\{source="kafka"\} (\d+)$/m.exec(page)?.[1] ?? 0);
    found.push({ read, seconds: (performance.now() - begun) / 1000, mb: residentMb(consumer.pid) });
  }
  return found;
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

function smallAlerts(begin: number, end: number): Buffer[] {
  return Array.from({ length: end - begin }, (_, index) =>
    Buffer.from(`{"diaObjectId": ${FIRST_ID + BigInt(begin + index)}, "raErr": NaN, "pad": "${'x'.repeat(200)}"}`),
  );
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

function report(found: readonly Sample[]): string {
  const head = ['tenth of the backlog', 'most memory, MB'];
  const table = new Table({ head, style: { head: [], border: [] }, colAligns: ['right', 'right'] });
  for (const [tenth, mb] of mbByTenth(found).entries()) table.push([tenth + 1, mb?.toFixed(0) ?? '']);
  const seconds = found.at(-1)?.seconds ?? Number.NaN;
  return [
    `${alerts} alerts of ${smallAlerts(0, 1)[0]?.length} bytes in ${seconds.toFixed(1)} s, ${(alerts / seconds).toFixed(0)} a second`,
    table.toString(),
    `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}; Kafka and NATS on the same machine`,
    '',
  ].join('\n');
}
