import { sleep } from '@lvra/core';
import { type Ledger, LedgerUnavailable } from '@lvra/ledger';
import type { DataFolder } from '../folder/data-folder.js';
import { FolderGone } from '../folder/folder-proof.js';
import type { Worker } from '../process/workers.js';

const CHECK_INTERVAL_MS = 5_000;

/**
 * Checks that the ledger is still the one that was opened, and a shared data folder still mounted, also while nothing is
 * written. A process that kept using the old files would report ready and find no work, while others write another ledger.
 */
export function ledgerWatch(ledger: Ledger, folder: DataFolder, checkIntervalMs = CHECK_INTERVAL_MS): Worker {
  let gone: string | undefined;
  return {
    notReady: () => gone,
    async run(signal) {
      while (!signal.aborted) {
        try {
          await ledger.assertInPlace();
          await folder.assertInPlace();
          gone = undefined;
        } catch (error) {
          // An unmounted volume comes back with the same files, a server with the same ledger.
          if (!(error instanceof LedgerUnavailable || error instanceof FolderGone)) throw error;
          gone = error.message;
        }
        await sleep(checkIntervalMs, signal);
      }
    },
  };
}
