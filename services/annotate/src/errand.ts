import type { Outcome } from '@lvra/shared/ledger/annotations';
import type { Fillers } from './fillers.js';
import type { Patience } from './patience.js';
import type { SendQueue } from './send-queue.js';
import type { SendableScore } from './sift.js';

/** A stem to be sent. */
export interface Errand {
  readonly stem: string;
  readonly scores: readonly SendableScore[];
  /** Fill its calls up. */
  readonly fillers?: Fillers;
}

/** What became of the calls for one stem so far. */
export interface Progress {
  readonly errand: Errand;
  readonly queue: SendQueue<SendableScore>;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Gone after the first call that came to nothing. */
  fillers: Fillers | undefined;
  calls: number;
  busy: { row: SendableScore; waitMs: number }[];
  looks: number;
  accepted: number;
  /** Of scores that Lasair refused, or that are not the newest any more. */
  readonly outcomes: Map<bigint, Outcome>;
  refused: number;
}

/** What one call carries: rows of the stem in hand, and of others. */
export interface Load {
  readonly own: readonly SendableScore[];
  /** How often `own` failed. */
  readonly failures: number;
  readonly fillers: readonly SendableScore[];
}

/** The rows of the next call: those of the stem in hand, newer stems' for half of it, and others' where there is room. */
export function nextLoad(progress: Progress, size: number): Load | undefined {
  const { queue, fillers } = progress;
  if (queue.size === 0) return undefined;
  // Where a call takes one annotation, every second one is a newer stem's.
  const forNewer = size > 1 ? Math.floor(size / 2) : progress.calls++ % 2;
  const newer = fillers?.take(forNewer, true) ?? [];
  const room = size - newer.length;
  const { rows: own, failures } = (room > 0 && queue.take(room)) || { rows: [], failures: 0 };
  const others = fillers?.take(room - own.length, false) ?? [];
  return { own, failures, fillers: [...newer, ...others] };
}
