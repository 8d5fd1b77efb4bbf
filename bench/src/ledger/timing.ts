import { quantile } from '@lvra/core';
import type { Ledger } from '@lvra/ledger';
import type { Perform } from '@lvra/ledger/testing/ledger-stages';

/** One operation as it went, ms by the clock. */
export interface Sample {
  readonly operation: string;
  readonly ms: number;
  /** Of these, the wait for the lock, if it writes. */
  readonly waitedMs: number;
  /** Of these, the commit: the disk. */
  readonly commitMs: number;
}

/** What every operation on the ledger should stay under at the 99th percentile, ms. */
const LIMIT_MS = 5;

/** Times each operation on a ledger. */
export class Stopwatch {
  samples: Sample[] = [];
  #waitedMs = 0;
  #commitMs = 0;

  constructor(ledger: Ledger) {
    ledger.onWrite(({ waitedMs, commitMs }) => {
      this.#waitedMs += waitedMs;
      this.#commitMs += commitMs;
    });
  }

  readonly perform: Perform = async (operation, operate) => {
    this.#waitedMs = 0;
    this.#commitMs = 0;
    const begun = performance.now();
    const result = await operate();
    const ms = performance.now() - begun;
    this.samples.push({ operation, ms, waitedMs: this.#waitedMs, commitMs: this.#commitMs });
    return result;
  };
}

/** Without the wait for the lock and for the disk. */
export const ownMs = ({ ms, waitedMs, commitMs }: Sample): number => ms - waitedMs - commitMs;

/** How times are spread: median, 99th percentile and most. */
export function spread(values: readonly number[], shares: readonly number[] = [0.5, 0.99, 1]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return shares.map((share) => told(quantile(sorted, share))).join(', ');
}

const told = (ms: number): string => (ms < 10 ? ms.toPrecision(2) : ms.toFixed(0));

/** The samples of each operation, in the order in which a stem meets them. */
export function byOperation(samples: readonly Sample[]): Map<string, Sample[]> {
  const names = new Set(samples.map(({ operation }) => operation));
  return new Map([...names].map((name) => [name, samples.filter(({ operation }) => operation === name)]));
}

/** All operations together, each as a whole, against the limit. */
export function togetherOf(samples: readonly Sample[]): string {
  const within = samples.filter(({ ms }) => ms < LIMIT_MS).length;
  const times = samples.map(({ ms }) => ms);
  const share = ((100 * within) / samples.length).toFixed(1);
  return `${samples.length} together: 99 of 100 within ${spread(times, [0.99])} ms, ${share} of 100 within ${LIMIT_MS} ms`;
}
