import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { InProcessBus } from '@lvra/bus';
import { Ledger } from '@lvra/ledger';
import { type Row, rowsIn, type Value } from '@lvra/ledger/testing/look-inside';
import { DataFolder } from '@lvra/runtime';
import { type DataPaths, dataPaths } from '@lvra/store';
import { createLogger, type Logger, Metrics } from '@lvra/telemetry';
import { logged } from '@lvra/telemetry/testing/logged';
import type { BatchLimits } from '../batches/batcher.js';
import { type AlertConsumer, createConsumer } from '../consumer.js';
import type { AlertSource, RawMessage } from '../sources/source.js';

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: BatchLimits = { alerts: 1_000, bytes: 64 * MIB, ageMs: 10_000, messageBytes: 10 * MIB };

/** A temporary data root with a ledger on disk, for tests; several consumers may use it. */
export class TestRig {
  readonly bus = new InProcessBus();
  readonly metrics = new Metrics();
  readonly log: Logger;
  readonly folder: DataFolder;

  private constructor(
    readonly paths: DataPaths,
    readonly ledger: Ledger,
  ) {
    this.log = createLogger(paths, 'kafka', { stdout: false, level: 'debug' });
    this.folder = new DataFolder(paths, ledger);
  }

  static async create(shared?: TestRig): Promise<TestRig> {
    const paths = shared?.paths ?? dataPaths(mkdtempSync(join(tmpdir(), 'lvra-consumer-')));
    return new TestRig(paths, await Ledger.open(paths.database, ['r0b'], { create: true }));
  }

  consumer(
    source: AlertSource,
    limits: Partial<BatchLimits> = {},
    groupId = 'lvra',
    { leastFreeBytes = 0, keepCutouts = false, folder = this.folder } = {},
  ): AlertConsumer {
    const { ledger, bus, metrics, log } = this;
    const owner = `test-${process.pid}`;
    return createConsumer({
      ...{ source, ledger, bus, folder, vras: ['r0b'], groupId, metrics, log, owner },
      limits: { ...DEFAULT_LIMITS, ...limits },
      ...{ leastFreeBytes, keepCutouts },
    });
  }

  /** Registered stems with a batch file, in the order of their registration. */
  async stems(): Promise<string[]> {
    return (await this.rows("SELECT stem FROM stem_event WHERE stage = 'consumer' AND rows > 0 ORDER BY ID")).map(
      ({ stem }) => stem as string,
    );
  }

  batchText(stem: string): string {
    return readFileSync(this.paths.batch(stem), 'utf8');
  }

  /** The `n` of every alert over all registered batch files. */
  async numbers(): Promise<number[]> {
    return (await this.stems()).flatMap((stem) =>
      [...this.batchText(stem).matchAll(/"n": (\d+)/g)].map(([, number]) => Number(number)),
    );
  }

  async rows(sql: string, ...values: Value[]): Promise<Row[]> {
    return rowsIn(this.ledger, sql, ...values);
  }

  logText(): string {
    return logged(this.paths, 'kafka.log');
  }

  async close(): Promise<void> {
    await this.ledger.close();
    rmSync(this.paths.root, { recursive: true, force: true });
  }
}

const FIRST_ID = 313637921267122191n;

export const idOf = (n: number): bigint => FIRST_ID + BigInt(n);

/** A small message in the dialect of Lasair, told from others by its `n`. */
export function alertText(n: number, padding = 200): string {
  return `{"diaObjectId": ${idOf(n)}, "n": ${n}, "raErr": NaN, "pad": "${'x'.repeat(padding)}"}`;
}

export function message(bytes: Buffer | string, origin?: RawMessage['origin']): RawMessage {
  return { bytes: Buffer.from(bytes), receivedMs: 1_770_000_000_000, ...(origin ? { origin } : {}) };
}

/** Yields what it is given, and ends. */
export function listSource(messages: Iterable<RawMessage>): AlertSource {
  return {
    name: 'replay',
    async run(sink) {
      for (const each of messages) await sink.add(each);
    },
  };
}

export const never: AbortSignal = new AbortController().signal;

/** Waits until `condition` holds. @throws with `what` after `withinMs` */
export async function until(what: string, condition: () => boolean | Promise<boolean>, withinMs = 30_000) {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await delay(20);
  }
}

/** The whole numbers from `first` up to and without `end`. */
export function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}

export function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}
