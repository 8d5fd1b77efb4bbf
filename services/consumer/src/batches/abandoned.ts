import { messageOf } from '@lvra/core';
import type { BatchLedger } from '@lvra/ledger';
import { type DataPaths, removeConsumerFiles } from '@lvra/store';
import type { Logger } from '@lvra/telemetry';

/** A live consumer takes less than this from reserving a name to registering the batch. */
const ORPHANED_AFTER_MS = 600_000;

/**
 * Gives up the name of a batch for good, and only then removes what was written under it. If this ends on the way,
 * `clearOrphans` does the rest.
 *
 * @returns false if the batch is registered; it stays as it is
 */
export function abandon(batches: BatchLedger, paths: DataPaths, stem: string): boolean {
  if (!batches.abandonStem(stem, Date.now())) return false;
  removeConsumerFiles(paths, stem);
  batches.recordCleared(stem, Date.now());
  return true;
}

/** Gives up the names of consumers that were killed before they registered the batch, or while they gave it up. */
export function clearOrphans(batches: BatchLedger, paths: DataPaths, log: Logger, now = Date.now()): void {
  try {
    for (const stem of batches.unregistered(now - ORPHANED_AFTER_MS)) {
      if (abandon(batches, paths, stem)) {
        log.warn({ stem }, `${stem} was reserved and never registered; its name is given up and its files are removed`);
      }
    }
  } catch (error) {
    log.warn(`unused stems could not be given up: ${messageOf(error)}; retrying in a minute`);
  }
}
