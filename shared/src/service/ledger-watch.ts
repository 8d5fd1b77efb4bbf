import { assertInPlace, LedgerGone } from '../ledger/file-identity.js';
import type { Ledger } from '../ledger/ledger.js';
import { sleep } from '../sleep.js';
import { asFatalLedgerError } from '../stage/disk-trouble.js';
import type { Worker } from './workers.js';

const LOOK_EVERY_MS = 5_000;

/**
 * Looks whether the ledger's files are still those that were opened, also while nothing is written. A process that went on
 * with the old ones would be ready and find nothing to do, and what others wrote would be another ledger.
 */
export function ledgerWatch({ database }: Ledger, lookEveryMs = LOOK_EVERY_MS): Worker {
  let gone: string | undefined;
  return {
    notReady: () => gone,
    async run(signal) {
      while (!signal.aborted) {
        try {
          assertInPlace(database);
          gone = undefined;
        } catch (error) {
          // A volume that is away comes back with the same files.
          if (!(error instanceof LedgerGone)) throw asFatalLedgerError(error, database.name) ?? error;
          gone = `${error.message}: is its volume mounted?`;
        }
        await sleep(lookEveryMs, signal);
      }
    },
  };
}
