import { LONGEST_BACKOFF_MS } from '../ledger/work.js';

/** After so many attempts a stem is dead: about an hour and a half after the first. */
export const MOST_ATTEMPTS = 10;

const FIRST_BACKOFF_MS = 10_000;

/**
 * How long a stem waits after its `attempt`-th failure (from 1), in ms: doubling up to an hour, and between half
 * and all of that by chance, so that stems which failed together do not come back together.
 *
 * @returns undefined where it has had all its attempts
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number | undefined {
  if (attempt >= MOST_ATTEMPTS) return undefined;
  const full = Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), LONGEST_BACKOFF_MS);
  return Math.round(full / 2 + (full / 2) * random());
}
