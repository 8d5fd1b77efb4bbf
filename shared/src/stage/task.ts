import type { Stage } from '../stages.js';

/** What a stage reports of a stem that it has done and recorded in the ledger. */
export interface StageReport {
  /** 1, or -1 where some alerts have no result. */
  readonly status: 1 | -1;
  readonly rows: number;
  /** The file it wrote, below the data root. */
  readonly path?: string;
  /** Other stems that were done and recorded along with it. */
  readonly along?: ReadonlyMap<string, StageReport>;
}

export interface StemContext {
  /** Aborted when the service must stop now; work that waits (HTTP, back-off) gives up with RetryLater. */
  readonly signal: AbortSignal;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Time since the claim, ms. */
  readonly elapsed: () => number;
  /** It is of a backfill: nobody waits for it, and what is wrong with it is no news. */
  readonly isBackfilled?: boolean;
}

/**
 * A stage's one job: take a stem, read, compute, write the file, record result and status in ONE transaction.
 *
 * Killing it at any instruction must lose nothing and double nothing: whatever it did before that transaction
 * is done over, whatever it did after it is nothing that matters.
 */
export interface StageTask {
  readonly stage: Stage;
  readonly vra: string;
  /** Gets ready before the first stem. Throws StageMisconfigured where a person must act; tried again later. */
  prepare?(): Promise<void>;
  /**
   * Does one stem.
   *
   * @returns undefined where the ledger had it as done when the result was to be recorded
   * @throws StemFailed, RetryLater, StagePaused, StageMisconfigured; anything else fails the stem with status 99
   */
  perform(stem: string, context: StemContext): Promise<StageReport | undefined>;
  close?(): Promise<void>;
}
