import type { Stage } from '@lvra/core';
import type { BackfillProgress, Ledger, StageOverview, UnscoredStems } from '@lvra/ledger';
import type { Look } from '../../open-ledger.js';

/** How far everything is. */
export interface Status {
  readonly profile: string;
  readonly dataRoot: string;
  /** Each stage of each VRA, in the order of the flow. */
  readonly stages: readonly StageStatus[];
  readonly backfills: readonly BackfillProgress[];
  /** How many alerts in quarantine can be replayed. */
  readonly quarantined: number;
  /** How many more are without their bytes, which were pruned. */
  readonly prunedFromQuarantine: number;
  /** The stems of which a VRA scored nothing, because their alerts are in quarantine. */
  readonly unscored: readonly UnscoredStems[];
}

export interface StageStatus extends StageOverview {
  /** When the first of the failed stems is tried again, ISO 8601 in UTC; left out if none is by itself. */
  readonly nextAttempt?: string;
  /** If the stage is paused: until when, ISO 8601 in UTC, and why. */
  readonly pausedUntil?: string;
  readonly pausedBecause?: string;
}

export async function status({ settings, ledger, stages, vras }: Look): Promise<Status> {
  const now = Date.now();
  const unscored: UnscoredStems[] = [];
  for (const vra of vras) {
    const of = await ledger.overview.unscored(vra);
    if (of) unscored.push(of);
  }
  return {
    profile: settings.profile,
    dataRoot: settings.dataRoot,
    stages: await Promise.all(
      stages.map(async ([stage, vra]) => {
        const pause = await ledger.work(stage, vra).paused(now);
        const overview = await ledger.overview.of(stage, vra);
        const hasFailed = Object.keys(overview.failed).length > 0;
        const nextAttempt = hasFailed ? await nextAttemptOf(ledger, stage, vra) : undefined;
        return {
          ...overview,
          ...(nextAttempt !== undefined && { nextAttempt: new Date(nextAttempt).toISOString() }),
          ...(pause && { pausedUntil: new Date(pause.until).toISOString(), pausedBecause: pause.reason }),
        };
      }),
    ),
    backfills: await ledger.backfill.progress(),
    quarantined: await ledger.overview.quarantined(),
    prunedFromQuarantine: await ledger.overview.prunedFromQuarantine(),
    unscored,
  };
}

/** A failed stem without a time of its own is tried as soon as the stage gets to it. */
async function nextAttemptOf(ledger: Ledger, stage: Stage, vra: string): Promise<number | undefined> {
  const unfinished = await ledger.overview.unfinished(stage, vra);
  const due = unfinished.flatMap(({ nextAttempt, isDead }) => (nextAttempt === undefined || isDead ? [] : nextAttempt));
  return due.length > 0 ? Math.min(...due) : undefined;
}
