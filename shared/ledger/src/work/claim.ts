import type { Stage } from '@lvra/core';

/** The result of trying to claim a stem. */
export type Claim =
  | { readonly kind: 'claimed'; readonly attempt: number }
  /** Done already; the delivery was a second one. */
  | { readonly kind: 'done' }
  /** Another process has it; ask again after `waitMs`. */
  | { readonly kind: 'busy'; readonly waitMs: number }
  /** It waits after a failure or a requeue; it is due after `waitMs`. */
  | { readonly kind: 'later'; readonly waitMs: number }
  /** It used up its attempts; only `lvra retry` opens it. */
  | { readonly kind: 'dead' }
  /** The ledger does not know the stem for this VRA, or the stage before has not finished it. */
  | { readonly kind: 'not-ready' };

/** A stem that a stage gave up on. */
export interface DeadLetter {
  readonly stage: Stage;
  readonly vra: string;
  readonly stem: string;
  readonly attempts: number;
  readonly error: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}
