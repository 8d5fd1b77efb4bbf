import { BatchUnreadable, readBatch } from '@lvra/alerts';
import { messageOf } from '@lvra/core';
import type { QuarantineEntry } from '@lvra/ledger';
import type { UnscoredRow } from '@lvra/model';
import { type DataFolder, pathInBatch } from '@lvra/runtime';

/**
 * The ledger's entries for the alerts that a model could not score. Their bytes stay in the batch file, so a night
 * without any score takes no extra space. If that file is gone, or the feature file has no positions, there are no
 * bytes.
 *
 * @throws RetryLater if that file has just been made on another host, and is not visible here yet
 */
export async function quarantineUnscored(
  stem: string,
  vra: string,
  unscored: readonly UnscoredRow[],
  folder: DataFolder,
): Promise<QuarantineEntry[]> {
  if (unscored.length === 0) return [];
  const wanted = new Set(unscored.flatMap(({ position }) => position ?? []));
  const { lengths, problem } = await lengthsOf(stem, wanted, folder);
  return unscored.map(({ diaObjectId, diaSourceId, position, row, reason, detail }) => {
    const length = position === undefined ? undefined : lengths.get(position);
    return {
      ...{ stem, stage: 'predict', vra, diaObjectId, diaSourceId, position: position ?? row, reason },
      detail: length !== undefined || !problem ? detail : `${detail} (its bytes are not available: ${problem})`,
      path: length === undefined ? '' : pathInBatch(folder.paths, stem),
      bytes: length ?? 0,
      at: Date.now(),
    };
  });
}

/** Finds the alerts at these positions in the batch file. @returns by position; `problem` if one was not found */
async function lengthsOf(stem: string, wanted: Set<number>, folder: DataFolder) {
  const lengths = new Map<number, number>();
  if (wanted.size > 0) await folder.assertVisible(stem, { kind: 'batch' });
  try {
    if (wanted.size > 0) {
      for await (const { position, bytes } of readBatch(folder.paths.batch(stem))) {
        if (wanted.has(position)) lengths.set(position, bytes.length);
        if (lengths.size === wanted.size) break;
      }
    }
  } catch (error) {
    // On a disk that cannot be read the stage waits.
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isGone && !(error instanceof BatchUnreadable)) throw error;
    return { lengths, problem: messageOf(error) };
  }
  return { lengths, problem: 'the feature file does not have its position in the batch' };
}
