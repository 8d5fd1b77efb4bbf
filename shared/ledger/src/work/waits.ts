/** The longest that a failed stem waits for its next attempt, and a stage for its far side. */
export const LONGEST_BACKOFF_MS = 3_600_000;

/** A time to wait: `ms` from `now`, which is in ms since 1970. */
export interface Wait {
  readonly now: number;
  readonly ms: number;
}

/**
 * How long is left of a wait, ms; 0 if it is over. One that is longer than any can be, or that began after `latestBegin`,
 * is from before the clock was set back, and is ignored.
 */
export function msLeft(until: bigint, since: bigint | null, now: number, latestBegin = now): number {
  const left = Number(until) - now;
  return left > 0 && left <= LONGEST_BACKOFF_MS && Number(since) <= latestBegin ? left : 0;
}
