import type { ReplayableStem } from '@lvra/shared/ledger/replays';
import { isDone } from '@lvra/shared/status';
import type { ReplayJob } from './job.js';

/**
 * The stems that a replay may work on: those whose turn has been, so that it meets no service at them. What a stage has
 * still to do is the services'.
 *
 * Features and scores of their own can also be had of stems of before the VRA was there (no status at all).
 */
export function replayable(stems: readonly ReplayableStem[], { stage, annotate }: ReplayJob): string[] {
  const isReady = (stem: ReplayableStem): boolean => {
    if (stage === 'annotate') return isDoneWith(stem.annotate);
    if (stage === 'predict' && annotate) return isDoneWith(stem.predict);
    return stem.feature === null || isDone(stem.feature);
  };
  return stems.filter(isReady).map(({ stem }) => stem);
}

function isDoneWith(status: number | null): boolean {
  return status !== null && isDone(status);
}
