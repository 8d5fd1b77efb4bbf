import { sleep } from '@lvra/core';
import { type Ledger, LedgerGone } from '@lvra/ledger';
import type { Worker } from '../process/workers.js';

const CHECK_INTERVAL_MS = 5_000;

/**
 * Checks that the ledger's files are still those that were opened, also while nothing is written. A process that kept using
 * the old ones would report ready and find no work, while others write another ledger.
 */
export function ledgerWatch(ledger: Ledger, checkIntervalMs = CHECK_INTERVAL_MS): Worker {
  let gone: string | undefined;
  return {
    notReady: () => gone,
    async run(signal) {
      while (!signal.aborted) {
        try {
          await ledger.assertInPlace();
          gone = undefined;
        } catch (error) {
          // An unmounted volume comes back with the same files.
          if (!(error instanceof LedgerGone)) throw error;
          gone = error.message;
        }
        await sleep(checkIntervalMs, signal);
      }
    },
  };
}
