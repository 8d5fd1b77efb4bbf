import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvelope } from '@lvra/alerts';
import { writeChunks, writeFileAtomically } from '@lvra/store';
import { Kafka, logLevel } from 'kafkajs';
import { parseable } from '../pipeline/alerts.js';
import { median } from '../pipeline/statistics.js';

/** The minimum cost of the same bytes: CPU ms an alert, user and system. */
export interface Floors {
  /** Of a ready text in which NaN is already replaced: the reference for everything else. */
  readonly 'bare JSON.parse': number;
  /** The consumer's, which makes no values. */
  readonly 'check of grammar and id': number;
  /** A file of all of them written with fsync, as the consumer writes a batch, and read. */
  readonly 'write and read the bytes': number;
  /** A kafkajs consumer that does nothing with the messages. */
  readonly 'no-op kafkajs consumer': number;
}

/** Measurements per floor, of which the median counts. */
const REPETITIONS = 5;
/** The fetch size of the consumer service. */
const FETCH_BYTES = 4 * 1024 * 1024;

/** The topic of the consumer that does nothing. */
export type FloorTopic = { readonly brokers: string[]; readonly topic: string; readonly messages: number };

/** Measures the floors on a sample of the alerts, warm; nothing else may be at work in this process. */
export async function measureFloors(sample: readonly Buffer[], topic: FloorTopic): Promise<Floors> {
  const texts = sample.map(parseable);
  const folder = mkdtempSync(join(tmpdir(), 'lvra-floor-'));
  const path = join(folder, 'batch.json');
  try {
    return {
      'bare JSON.parse': await floor(sample.length, () => texts.forEach((text) => void JSON.parse(text))),
      'check of grammar and id': await floor(sample.length, () => sample.forEach((bytes) => void readEnvelope(bytes))),
      'write and read the bytes': await floor(sample.length, async () => {
        await writeFileAtomically(path, (file) => writeChunks(file, sample));
        readFileSync(path);
      }),
      'no-op kafkajs consumer': await readForNothing(topic),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @returns CPU ms an alert: the median of the repetitions, after one that is not measured */
async function floor(alerts: number, work: () => void | Promise<void>): Promise<number> {
  const measured: number[] = [];
  for (let repetition = 0; repetition <= REPETITIONS; repetition++) {
    const before = process.cpuUsage();
    await work();
    if (repetition > 0) measured.push(cpuMsSince(before) / alerts);
  }
  return median(measured);
}

/** The first fifth of the topic warms it up and is not measured. */
async function readForNothing({ brokers, topic, messages }: FloorTopic): Promise<number> {
  const groupId = `bench-noop-${Date.now()}`;
  const consumer = new Kafka({ clientId: 'bench-noop', brokers, logLevel: logLevel.NOTHING }).consumer({
    ...{ groupId, maxBytes: FETCH_BYTES, maxBytesPerPartition: FETCH_BYTES, maxWaitTimeInMs: 500 },
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let read = 0;
  let warm: { readonly read: number; readonly cpu: NodeJS.CpuUsage } | undefined;
  const cpuMs = await new Promise<number>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
    const eachBatch = async ({ batch }: { batch: { messages: readonly unknown[] } }) => {
      read += batch.messages.length;
      if (!warm && read >= messages / 5) warm = { read, cpu: process.cpuUsage() };
      else if (warm && read >= messages) resolve(cpuMsSince(warm.cpu) / (read - warm.read));
    };
    consumer.run({ autoCommit: false, eachBatch }).catch(reject);
  });
  await consumer.disconnect();
  return cpuMs;
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
