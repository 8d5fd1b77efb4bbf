import type { Stage } from '@lvra/core';
import type { BackfillProgress, Ledger, StageOverview, UnscoredStems } from '@lvra/ledger';
import type { OpenLedger } from '../open-ledger.js';

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

export function status({ settings, ledger, stages, vras }: OpenLedger): Status {
  const now = Date.now();
  return {
    profile: settings.profile,
    dataRoot: settings.dataRoot,
    stages: stages.map(([stage, vra]) => {
      const pause = ledger.work(stage, vra).paused(now);
      const overview = ledger.overview.of(stage, vra);
      const nextAttempt = Object.keys(overview.failed).length > 0 ? nextAttemptOf(ledger, stage, vra) : undefined;
      return {
        ...overview,
        ...(nextAttempt !== undefined && { nextAttempt: new Date(nextAttempt).toISOString() }),
        ...(pause && { pausedUntil: new Date(pause.until).toISOString(), pausedBecause: pause.reason }),
      };
    }),
    backfills: ledger.backfill.progress(),
    quarantined: ledger.overview.quarantined(),
    prunedFromQuarantine: ledger.overview.prunedFromQuarantine(),
    unscored: vras.flatMap((vra) => ledger.overview.unscored(vra) ?? []),
  };
}

/** A failed stem without a time of its own is tried as soon as the stage gets to it. */
function nextAttemptOf(ledger: Ledger, stage: Stage, vra: string): number | undefined {
  const due = ledger.overview
    .unfinished(stage, vra)
    .flatMap(({ nextAttempt, isDead }) => (nextAttempt === undefined || isDead ? [] : nextAttempt));
  return due.length > 0 ? Math.min(...due) : undefined;
}
