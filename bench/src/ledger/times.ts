import { percentile } from '../statistics.js';

/** What the bench times, in the order in which a stem meets them. */
export const OPERATIONS = [
  'reserve a stem name',
  'register a batch',
  'claim',
  'record features',
  'record scores',
  'read the scores to annotate',
  'reserve annotations',
  'finish annotations',
  'settle annotating',
  'sweep',
  'gauges',
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** One operation as it went, ms. */
export interface Sample {
  readonly operation: Operation;
  /** By the clock, all told. */
  readonly ms: number;
  /** Of these, the wait for the lock, where it writes. */
  readonly waitedMs: number;
  /** Of these, the commit: the disk, and a checkpoint where one was due. */
  readonly commitMs: number;
  /** User and system time of the process meanwhile. */
  readonly cpuMs: number;
}

/** How a time is spread over the samples, ms. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** An operation in sum. */
export interface OperationTimes {
  readonly operation: Operation;
  readonly times: number;
  /** The whole operation, as its caller has to wait for it. */
  readonly total: Spread;
  /** Without the wait for the lock. */
  readonly own: Spread;
  /** Without the wait for the lock and for the disk. */
  readonly work: Spread;
  readonly commit: Spread;
  readonly wait: Spread;
  readonly cpu: Spread;
}

/** What every operation on the ledger should stay under at the 99th percentile, ms. */
export const LIMIT_MS = 5;

/** All operations of a load together, each as a whole. */
export interface Together {
  readonly times: number;
  /** The 99th percentile, ms. */
  readonly p99: number;
  /** How many in a hundred took less than LIMIT_MS. */
  readonly percentWithin: number;
}

export function togetherOf(samples: readonly Sample[]): Together {
  const within = samples.filter(({ ms }) => ms < LIMIT_MS).length;
  return {
    times: samples.length,
    p99: spreadOf(samples.map(({ ms }) => ms)).p99,
    percentWithin: (100 * within) / samples.length,
  };
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: percentile(sorted, 1) };
}

/** The samples by operation; those that never happened are left out. */
export function timesOf(samples: readonly Sample[]): OperationTimes[] {
  return OPERATIONS.flatMap((operation) => {
    const of = samples.filter((sample) => sample.operation === operation);
    if (of.length === 0) return [];
    const spread = (value: (sample: Sample) => number) => spreadOf(of.map(value));
    return {
      operation,
      times: of.length,
      total: spread(({ ms }) => ms),
      own: spread(({ ms, waitedMs }) => ms - waitedMs),
      work: spread(({ ms, waitedMs, commitMs }) => ms - waitedMs - commitMs),
      commit: spread(({ commitMs }) => commitMs),
      wait: spread(({ waitedMs }) => waitedMs),
      cpu: spread(({ cpuMs }) => cpuMs),
    };
  });
}
