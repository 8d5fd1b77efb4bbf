import type { Outcome } from '@lvra/ledger';
import type { SendableScore } from '../triage.js';
import type { Fillers } from './fillers.js';
import type { SendQueue } from './queue.js';
import type { RetryBudget } from './retry-budget.js';

/** A stem to send. */
export interface SendRequest {
  readonly stem: string;
  readonly scores: readonly SendableScore[];
  /** Scores of other stems that fill up its calls. */
  readonly fillers?: Fillers;
}

/** The state of sending one stem. */
export interface Progress {
  readonly request: SendRequest;
  readonly queue: SendQueue<SendableScore>;
  readonly retryBudget: RetryBudget;
  readonly signal: AbortSignal;
  /** Undefined after the first call that failed or was refused. */
  fillers: Fillers | undefined;
  calls: number;
  busy: { row: SendableScore; waitMs: number }[];
  busyRetries: number;
  accepted: number;
  /** Of scores that Lasair refused, or that are no longer the newest. */
  readonly outcomes: Map<bigint, Outcome>;
  refused: number;
}

/** The rows of one call: of the current stem, and of others. */
export interface Load {
  readonly own: readonly SendableScore[];
  /** How often `own` failed. */
  readonly failures: number;
  readonly fillers: readonly SendableScore[];
}

/** The rows of the next call: up to half of newer stems, then the current stem's, then older ones if there is space. */
export async function nextLoad(progress: Progress, size: number): Promise<Load | undefined> {
  const { queue, fillers } = progress;
  if (queue.size === 0) return undefined;
  // If a call takes one annotation, every second one is of a newer stem.
  const forNewer = size > 1 ? Math.floor(size / 2) : progress.calls++ % 2;
  const newer = (await fillers?.take(forNewer, true)) ?? [];
  const room = size - newer.length;
  const { rows: own, failures } = (room > 0 && queue.take(room)) || { rows: [], failures: 0 };
  const others = (await fillers?.take(room - own.length, false)) ?? [];
  return { own, failures, fillers: [...newer, ...others] };
}
