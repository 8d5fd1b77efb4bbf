import { BatchUnreadable, readBatch } from '@lvra/shared/alerts/batch-reader';
import { messageOf } from '@lvra/shared/errors';
import type { QuarantineEntry } from '@lvra/shared/ledger/quarantine';
import type { DataPaths } from '@lvra/shared/paths';
import { pathInBatch } from '@lvra/shared/quarantine-file';
import type { UnscoredRow } from './score-stem.js';

/**
 * What the ledger is to hold of the alerts that a model could not score. Their bytes stay where they are, in the batch file:
 * a night of which a model can score nothing needs no room for it. Where that file is gone, or the feature file does not say
 * where in it they are, there are no bytes.
 */
export async function quarantineUnscored(
  stem: string,
  vra: string,
  unscored: readonly UnscoredRow[],
  paths: DataPaths,
): Promise<QuarantineEntry[]> {
  if (unscored.length === 0) return [];
  const wanted = new Set(unscored.flatMap(({ position }) => position ?? []));
  const { lengths, trouble } = await lengthsOf(stem, wanted, paths);
  return unscored.map(({ diaObjectId, diaSourceId, position, row, reason, detail }) => {
    const length = position === undefined ? undefined : lengths.get(position);
    return {
      ...{ stem, stage: 'predict', vra, diaObjectId, diaSourceId, position: position ?? row, reason },
      detail: length !== undefined || !trouble ? detail : `${detail} (its bytes are not to be had: ${trouble})`,
      path: length === undefined ? '' : pathInBatch(paths, stem),
      bytes: length ?? 0,
      at: Date.now(),
    };
  });
}

/** Looks for the alerts at these positions in the batch file. @returns by position; `trouble` where one was not there */
async function lengthsOf(stem: string, wanted: Set<number>, paths: DataPaths) {
  const lengths = new Map<number, number>();
  try {
    if (wanted.size > 0) {
      for await (const { position, bytes } of readBatch(paths.batch(stem))) {
        if (wanted.has(position)) lengths.set(position, bytes.length);
        if (lengths.size === wanted.size) break;
      }
    }
  } catch (error) {
    // A disk that cannot be read is for the stage to wait for.
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isGone && !(error instanceof BatchUnreadable)) throw error;
    return { lengths, trouble: messageOf(error) };
  }
  return { lengths, trouble: 'the feature file does not say where in the batch it is' };
}
