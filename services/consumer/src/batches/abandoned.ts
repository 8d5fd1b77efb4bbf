import { messageOf } from '@lvra/core';
import type { BatchLedger } from '@lvra/ledger';
import { type DataPaths, removeConsumerFiles } from '@lvra/store';
import type { Logger } from '@lvra/telemetry';

/** A live consumer takes less than this from reserving a name to registering the batch. */
const ORPHANED_AFTER_MS = 600_000;

/** Releases the stems of consumers that were killed before they registered the batch, and removes their files. */
export function clearOrphans(batches: BatchLedger, paths: DataPaths, log: Logger, now = Date.now()): void {
  try {
    for (const stem of batches.unregistered(now - ORPHANED_AFTER_MS)) {
      batches.abandonStem(stem, () => removeConsumerFiles(paths, stem));
      log.warn({ stem }, `${stem} was reserved and never registered; its name is free again and its files are removed`);
    }
  } catch (error) {
    log.warn(`unused stems could not be released: ${messageOf(error)}; retrying in a minute`);
  }
}
