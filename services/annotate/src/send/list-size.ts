/** The bounds of the number of annotations in a call. */
export interface ListLimits {
  readonly first: number;
  readonly smallest: number;
  readonly largest: number;
  /** A call that takes longer than this is slow, ms. */
  readonly slowMs: number;
}

/** The measurements of the last call, and the hour's budget. */
export interface Traffic {
  /** How long the last call took, ms. */
  readonly tookMs: number;
  /** Annotations of the current stem. */
  readonly scores: number;
  /** Annotations that wait to be sent. */
  readonly waiting: number;
  /** Annotations sent an hour, at the current pace. */
  readonly perHour: number;
  readonly callsLeft: number;
  readonly callsPerHour: number;
}

/** The share of the calls left that pending work may use; the share of the hour's calls that the current pace may. */
const SHARE_FOR_WAITING = 0.5;
const SHARE_FOR_PACE = 0.8;

/** Above this backlog, round trips dominate: make the list longer. */
const LISTS_OF_A_BACKLOG = 20;
/** But only if the last call took less than this share of a slow call. */
const FAST_CALL_RATIO = 0.05;

/**
 * How many annotations the next call takes: half as many after a slow call, twice as many while the budget is
 * short for the work, or a backlog waits and calls are fast, and otherwise back towards the first size.
 *
 * A slow call takes precedence: a list that Lasair cannot finish before the timeout is sent again and costs a call each
 * time.
 */
export function nextListSize(size: number, limits: ListLimits, traffic: Traffic): number {
  const { first, smallest, largest, slowMs } = limits;
  if (traffic.tookMs > slowMs) return Math.max(Math.floor(size / 2), smallest);
  if (isShort(size, traffic)) return Math.min(size * 2, largest);
  if (isBacklog(size, traffic) && traffic.tookMs < slowMs * FAST_CALL_RATIO) return Math.min(size * 2, largest);
  if (size > first && !isShort(size / 2, traffic) && !isBacklog(size / 2, traffic))
    return Math.max(Math.floor(size / 2), first);
  if (size < first && traffic.tookMs < slowMs / 4) return Math.min(size * 2, first);
  return size;
}

function isShort(size: number, { scores, waiting, perHour, callsLeft, callsPerHour }: Traffic): boolean {
  // A stem's last list is seldom full: the next stem is not there yet.
  const inACall = scores > size ? scores / Math.ceil(scores / size) : size;
  return waiting / size > callsLeft * SHARE_FOR_WAITING || perHour / inACall > callsPerHour * SHARE_FOR_PACE;
}

function isBacklog(size: number, { waiting }: Traffic): boolean {
  return waiting / size > LISTS_OF_A_BACKLOG;
}
