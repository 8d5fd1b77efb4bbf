import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvelope } from '@lvra/shared/alerts/envelope';
import { writeChunks, writeFileAtomically } from '@lvra/shared/files';
import { NoopConsumer } from './noop-consumer.js';
import { median } from './statistics.js';

/** What the same bytes cost at the least, by the name of the floor: CPU ms an alert, user and system. */
export interface Floors {
  /** Bare JSON.parse of a ready text in which NaN is already replaced: what everything else is held against. */
  readonly jsonParse: number;
  /** From the bytes, every value made, with ids of 16 digits and more kept as strings. */
  readonly exactParse: number;
  /** The consumer's check of the grammar and of the id, which makes no values. */
  readonly grammarCheck: number;
  /** A file of 1,000 alerts written with fsync, as the consumer writes a batch, and read. */
  readonly writeAndRead: number;
  /** A kafkajs consumer that does nothing with the messages, in a process of its own. */
  readonly noopConsumer: number;
}

export const FLOOR_NAMES: Readonly<Record<keyof Floors, string>> = {
  jsonParse: 'bare JSON.parse',
  exactParse: 'parse with exact ids',
  grammarCheck: 'check of grammar and id',
  writeAndRead: 'write and read the bytes',
  noopConsumer: 'no-op kafkajs consumer',
};

/** Alerts that are measured, after as many were worked on unmeasured; 40 MB, far more than a cache holds. */
export const FLOOR_SAMPLE = 1_000;
/** Each floor is the median of so many measurements. */
const REPETITIONS = 5;

/** Where the alerts lie for the no-op consumer. */
export interface FloorTopic {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly messages: number;
}

/** Measures the floors on a sample of the alerts of a run, warm. */
export async function measureFloors(sample: readonly Buffer[], topic: FloorTopic): Promise<Floors> {
  const texts = sample.map(parseable);
  const folder = mkdtempSync(join(tmpdir(), 'lvra-floor-'));
  const path = join(folder, 'batch.json');
  try {
    return {
      jsonParse: await floor(texts, (text) => JSON.parse(text)),
      exactParse: await floor(sample, parseExactly),
      grammarCheck: await floor(sample, (bytes) => readEnvelope(bytes)),
      writeAndRead: await floor([sample], async (chunks) => {
        await writeFileAtomically(path, (file) => writeChunks(file, chunks));
        readFileSync(path);
      }).then((cpuMs) => cpuMs / sample.length),
      noopConsumer: await noopFloor(topic),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** JSON.parse refuses NaN; the replacement is not part of what is measured. */
export const parseable = (bytes: Buffer): string => bytes.toString('latin1').replaceAll('NaN', 'null');

/**
 * The cheapest way that keeps ids exact: they, and NaN, are put into quotes before JSON.parse. Good for what a simulator
 * wrote, and not for alerts in which a string may hold such a number.
 */
export function parseExactly(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('latin1').replace(/([:[,] ?)(NaN|-?\d{16,})(?=[,\]}])/g, '$1"$2"'));
}

/** @returns CPU ms an input: the median of the repetitions, after one that is not measured */
async function floor<T>(inputs: readonly T[], work: (input: T) => unknown): Promise<number> {
  const measured: number[] = [];
  for (let repetition = 0; repetition <= REPETITIONS; repetition++) {
    const before = process.cpuUsage();
    for (const input of inputs) {
      const pending = work(input);
      if (pending instanceof Promise) await pending;
    }
    const { user, system } = process.cpuUsage(before);
    if (repetition > 0) measured.push((user + system) / 1000 / inputs.length);
  }
  return median(measured);
}

/** The first fifth of the topic warms it up and is not measured. */
async function noopFloor({ brokers, topic, messages }: FloorTopic): Promise<number> {
  const noop = new NoopConsumer({ brokers, topic, groupId: `noop-${process.pid}-${Date.now()}` });
  try {
    const warm = await noop.untilRead(messages / 5);
    const done = await noop.untilRead(messages);
    return (done.cpuMs - warm.cpuMs) / (done.messages - warm.messages);
  } finally {
    await noop.end();
  }
}
