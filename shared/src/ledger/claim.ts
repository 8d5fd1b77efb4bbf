import type { Stage } from '../stages.js';

/** What became of the wish to work on a stem. */
export type Claim =
  | { readonly kind: 'claimed'; readonly attempt: number }
  /** Done already; the delivery was a second one. */
  | { readonly kind: 'done' }
  /** Somebody else has it; ask again after `waitMs`. */
  | { readonly kind: 'busy'; readonly waitMs: number }
  /** It failed lately; it is due again after `waitMs`. */
  | { readonly kind: 'later'; readonly waitMs: number }
  /** It failed too often; a person must ask for it. */
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
