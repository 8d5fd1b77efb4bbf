export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
  /** The share of a wait that is random, so that callers that failed together do not retry together; half by default. */
  readonly jitter?: number;
}

/**
 * How long to wait after a number of failures in a row (from 1), ms: doubling from the first wait up to the longest.
 *
 * @param random of [0, 1)
 */
export function backoffMs(
  { firstMs, longestMs, jitter = 0.5 }: Backoff,
  failures: number,
  random: () => number = Math.random,
): number {
  const full = Math.min(firstMs * 2 ** (failures - 1), longestMs);
  return Math.round(full * (1 - jitter + jitter * random()));
}
