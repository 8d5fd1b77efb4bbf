import { statSync } from 'node:fs';
import { isStem, statusMeaning, UsageError } from '@lvra/core';
import type { BatchHistory, StemEvent, StemOffsets, StemScores, StemStatus } from '@lvra/ledger';
import type { DataPaths } from '@lvra/store';
import { iso } from '../../iso.js';
import type { Look } from '../../open-ledger.js';

/** All that is known of one stem. Times are ISO 8601 in UTC, and null if the ledger has no time there. */
export interface StemRecord {
  readonly stem: string;
  /** Null if none of our consumers made it. */
  readonly batch: StemBatch | null;
  /** What it holds of each partition of Kafka. */
  readonly offsets: readonly OffsetRange[];
  /** How many of its alerts are in quarantine, by stage and reason. */
  readonly quarantined: readonly { readonly stage: string; readonly reason: string; readonly alerts: number }[];
  /** Those of its files that exist. */
  readonly files: readonly StemFile[];
  /** How many objects have features of it. */
  readonly objects: number;
  /** In the order of the flow; empty if it is not registered. */
  readonly statuses: readonly RecordedStatus[];
  /** The VRAs that are done with it and have no score of it, because its alerts are in quarantine. */
  readonly unscored: readonly string[];
  /** By model version. */
  readonly scores: readonly StemScores[];
  /** Everything that happened to it, oldest first. */
  readonly events: readonly RecordedEvent[];
}

export interface RecordedStatus extends Omit<StemStatus, 'nextAttempt'> {
  readonly meaning: string;
  /** When the stage tries it again; null if it did not fail, or is dead. */
  readonly nextAttempt: string | null;
}

/** How it came in. What is undefined is not known until the stem is registered. */
export interface StemBatch
  extends Omit<BatchHistory, 'reservedAt' | 'registeredAt' | 'abandonedAt' | 'oldestReceivedAt'> {
  readonly reservedAt: string | null;
  /** Null if the consumer ended before the batch was complete. */
  readonly registeredAt: string | null;
  /** When the name was given up, because no batch could be written under it; null if it was not. */
  readonly abandonedAt: string | null;
  /** When Kafka had the oldest of its alerts; null if that is unknown. */
  readonly oldestReceivedAt: string | null;
}

/** Offsets are decimal strings; both ends are in the stem. */
export interface OffsetRange extends Omit<StemOffsets, 'first' | 'next'> {
  readonly first: string;
  readonly last: string;
}

export interface StemFile {
  readonly what: 'batch' | 'features' | 'cutouts';
  readonly path: string;
  readonly bytes: number;
}

export interface RecordedEvent extends Omit<StemEvent, 'at'> {
  readonly at: string | null;
}

/** @throws UsageError if there is no trace of the stem */
export async function stemRecord({ ledger, paths, settings, vras }: Look, stem: string): Promise<StemRecord> {
  const { history } = ledger;
  const batch = await history.batch(stem);
  const ofNoScore: string[] = [];
  for (const vra of vras) if (await ledger.overview.unscored(vra, stem)) ofNoScore.push(vra);
  const record: StemRecord = {
    stem,
    batch: batch ? stemBatch(batch) : null,
    offsets: (await history.offsets(stem)).map(({ first, next, ...rest }) => ({
      ...rest,
      first: String(first),
      last: String(next - 1n),
    })),
    quarantined: await history.quarantined(stem),
    files: filesOf(stem, paths),
    objects: await history.objects(stem),
    statuses: (await history.statuses(stem, vras)).map(({ nextAttempt, ...row }) => ({
      ...row,
      meaning: statusMeaning(row.status),
      nextAttempt: nextAttempt === undefined ? null : iso(nextAttempt),
    })),
    unscored: ofNoScore,
    scores: await history.scores(stem),
    events: (await ledger.events.ofStem(stem)).map(({ at, ...event }) => ({ at: iso(at), ...event })),
  };
  if (hasTrace(record)) return record;
  if (!isStem(stem)) throw new UsageError(`${JSON.stringify(stem)} is not a stem: write YYYYMMDD_HHMMSS`);
  throw new UsageError(`the ledger in ${settings.dataRoot} knows no stem ${stem}`);
}

export function stemBatch(batch: BatchHistory): StemBatch {
  const known = (at: number | undefined) => (at === undefined ? null : iso(at));
  return {
    ...{ ...batch, reservedAt: iso(batch.reservedAt), registeredAt: known(batch.registeredAt) },
    ...{ abandonedAt: known(batch.abandonedAt), oldestReceivedAt: known(batch.oldestReceivedAt) },
  };
}

function hasTrace({ batch, files, objects, statuses, unscored, scores, events }: StemRecord): boolean {
  return batch !== null || objects > 0 || [files, statuses, unscored, scores, events].some(({ length }) => length > 0);
}

function filesOf(stem: string, paths: DataPaths): StemFile[] {
  // A row may have a name that no file can have.
  if (!isStem(stem)) return [];
  return (['batch', 'features', 'cutouts'] as const).flatMap((what) => {
    const path = paths[what](stem);
    const file = statSync(path, { throwIfNoEntry: false });
    return file ? [{ what, path, bytes: file.size }] : [];
  });
}
