import { messageOf } from '@lvra/core';
import type { BatchLedger } from '@lvra/ledger';
import type { DataFolder } from '@lvra/runtime';
import { removeConsumerFiles } from '@lvra/store';
import type { Logger } from '@lvra/telemetry';

/** A live consumer takes less than this from reserving a name to registering the batch. */
const ORPHANED_AFTER_MS = 600_000;

/**
 * Gives up the name of a batch for good, and only then removes what was written under it. If this ends on the way,
 * `clearOrphans` does the rest.
 *
 * @returns false if the batch is registered; it stays as it is
 */
export async function abandon(batches: BatchLedger, folder: DataFolder, stem: string): Promise<boolean> {
  if (!(await batches.abandonStem(stem, Date.now()))) return false;
  // In an empty mount point there would be nothing to remove.
  await folder.assertInPlace();
  removeConsumerFiles(folder.paths, stem);
  await batches.recordCleared(stem, Date.now());
  return true;
}

/** Gives up the names of consumers that were killed before they registered the batch, or while they gave it up. */
export async function clearOrphans(
  batches: BatchLedger,
  folder: DataFolder,
  log: Logger,
  now = Date.now(),
): Promise<void> {
  try {
    for (const stem of await batches.unregistered(now - ORPHANED_AFTER_MS)) {
      if (await abandon(batches, folder, stem)) {
        log.warn({ stem }, `${stem} was reserved and never registered; its name is given up and its files are removed`);
      }
    }
  } catch (error) {
    log.warn(`unused stems could not be given up: ${messageOf(error)}; retrying in a minute`);
  }
}
