import type { WorkQueue } from '@lvra/ledger';
import type { StemHandler, StemResult } from './stem-handler.js';

export interface BackfillParts {
  readonly work: WorkQueue;
  readonly handler: StemHandler;
  readonly leaseMs: number;
  /** Does something if this process has nothing newer to do; undefined if it has. */
  readonly ifIdle: <T>(work: () => Promise<T>) => Promise<T | undefined>;
}

/** How soon to check again whether a stem of a backfill may be begun. */
export const LOOK_AGAIN_MS = 50;

/**
 * Does one stem of a backfill, if there is one and nothing newer to do. So a stem of the
 * night waits for at most one stem of a backfill.
 *
 * @returns 'none' if there is nothing to backfill, 'later' if something newer is to be done first
 */
export async function backfillOne(
  { work, handler, leaseMs, ifIdle }: BackfillParts,
  signal: AbortSignal,
): Promise<{ readonly stem: string; readonly outcome: StemResult } | 'none' | 'later'> {
  const stem = await work.nextBackfilled(Date.now(), leaseMs);
  if (stem === undefined) return 'none';
  const outcome = await ifIdle(async () => {
    await work.beginBackfilled(stem);
    return handler.handle(stem, undefined, signal);
  });
  return outcome ? { stem, outcome } : 'later';
}
