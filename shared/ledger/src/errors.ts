import { UsageError } from '@lvra/core';

/** The ledger cannot be used now. Waiting may help: nothing is lost meanwhile. */
export class LedgerUnavailable extends Error {
  override readonly name: string = 'LedgerUnavailable';
}

/** There is no room for what would be written. */
export class LedgerFull extends LedgerUnavailable {
  override readonly name = 'LedgerFull';
}

/** There is nothing at the ledger's place: the volume may be unmounted. What is still open must not be written to. */
export class LedgerGone extends LedgerUnavailable {
  override readonly name = 'LedgerGone';
}

/**
 * There is no ledger that can be looked at, or used: none was made yet, or another release, user or place has to do something
 * first. What, stands in its words; when that is done, the next try succeeds.
 */
export class LedgerNotReady extends UsageError {}

/** The ledger is damaged, and no waiting mends it. */
export class LedgerDamaged extends UsageError {}

/**
 * The ledger is not the one that was opened: a copy was restored, or another volume mounted. What this process writes from
 * then on would be lost with the old one.
 */
export class LedgerReplaced extends UsageError {}
