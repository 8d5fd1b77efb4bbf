import { relative } from 'node:path';
import { BatchUnreadable, readBatch } from '@lvra/shared/alerts/batch-reader';
import { messageOf } from '@lvra/shared/errors';
import { writeChunks, writeFileAtomically } from '@lvra/shared/files';
import type { QuarantineEntry } from '@lvra/shared/ledger/quarantine';
import type { DataPaths } from '@lvra/shared/paths';
import type { UnscoredRow } from './score-stem.js';

/**
 * Puts the alerts that a model could not score into quarantine: their bytes, from the batch file, and why. Where the batch
 * file is gone, or the feature file does not say where in it they are, there are no bytes.
 *
 * @returns what the ledger is to hold of them
 */
export async function quarantineUnscored(
  stem: string,
  vra: string,
  unscored: readonly UnscoredRow[],
  paths: DataPaths,
): Promise<QuarantineEntry[]> {
  if (unscored.length === 0) return [];
  const wanted = new Set(unscored.flatMap(({ position }) => position ?? []));
  const { bytes, trouble } = await keepBytes(stem, wanted, paths);
  return unscored.map(({ diaObjectId, diaSourceId, position, row, reason, detail }) => {
    const kept = position === undefined ? undefined : bytes.get(position);
    return {
      ...{ stem, stage: 'predict', vra, diaObjectId, diaSourceId, position: position ?? row, reason },
      detail: kept || !trouble ? detail : `${detail} (its bytes could not be kept: ${trouble})`,
      path: kept ? relative(paths.root, kept.path) : '',
      bytes: kept?.length ?? 0,
      at: Date.now(),
    };
  });
}

/** Copies the alerts at these positions out of the batch file. @returns by position; `trouble` where one was not there */
async function keepBytes(stem: string, wanted: Set<number>, paths: DataPaths) {
  const bytes = new Map<number, { path: string; length: number }>();
  try {
    if (wanted.size > 0) {
      for await (const { position, bytes: alert } of readBatch(paths.batch(stem))) {
        if (!wanted.has(position)) continue;
        const path = paths.quarantined(stem, 'predict', position);
        await writeFileAtomically(path, (file) => writeChunks(file, [alert]));
        bytes.set(position, { path, length: alert.length });
        if (bytes.size === wanted.size) break;
      }
    }
  } catch (error) {
    // A disk that takes nothing is for the stage to wait for.
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isGone && !(error instanceof BatchUnreadable)) throw error;
    return { bytes, trouble: messageOf(error) };
  }
  return { bytes, trouble: 'the feature file does not say where in the batch it is' };
}
