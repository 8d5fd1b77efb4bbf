import { backoffMs } from '@lvra/core';
import { LONGEST_BACKOFF_MS } from '@lvra/ledger';

/** A stem is dead after this many attempts, about an hour and a half after the first. */
export const MOST_ATTEMPTS = 10;

const BACKOFF = { firstMs: 10_000, longestMs: LONGEST_BACKOFF_MS };

/** How long a stem waits after its `attempt`-th failure (from 1), ms; undefined if it has had all its attempts. */
export function waitAfterAttempt(attempt: number, random?: () => number): number | undefined {
  return attempt >= MOST_ATTEMPTS ? undefined : backoffMs(BACKOFF, attempt, random);
}
