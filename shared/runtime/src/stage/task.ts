import type { Stage } from '@lvra/core';

/** What a stage reports of a stem that it has done and recorded in the ledger. */
export interface StageReport {
  /** 1, or -1 if some alerts have no result. */
  readonly status: 1 | -1;
  readonly rows: number;
  /** The file it wrote, below the data root. */
  readonly path?: string;
  /** Other stems that were done and recorded with it. */
  readonly along?: ReadonlyMap<string, StageReport>;
}

export interface StemContext {
  /** Aborted when the service must stop now; work that waits (HTTP, back-off) gives up with RetryLater. */
  readonly signal: AbortSignal;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Time since the claim, ms. */
  readonly elapsed: () => number;
  /** It is of a backfill: it is not urgent, and its failures are not news. */
  readonly isBackfilled?: boolean;
}

/**
 * A stage's one job: take a stem, read, compute, write the file, record result and status in ONE transaction.
 *
 * Killing it at any instruction must lose nothing and double nothing: all that it did before that transaction is
 * repeated, and nothing that it does afterwards may matter.
 */
export interface StageTask {
  readonly stage: Stage;
  readonly vra: string;
  /** Checks readiness; called before every stem. Throws StageMisconfigured if an operator must act; retried later. */
  prepare?(): Promise<void>;
  /**
   * Does one stem.
   *
   * @returns undefined if the stem was already done when the result was to be recorded
   * @throws StemFailed, RetryLater, StagePaused, StageMisconfigured; anything else fails the stem with status 99
   */
  perform(stem: string, context: StemContext): Promise<StageReport | undefined>;
  close?(): Promise<void>;
}
