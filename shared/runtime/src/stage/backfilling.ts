import type { WorkQueue } from '@lvra/ledger';
import type { StemHandler, StemResult } from './stem-handler.js';

export interface BackfillParts {
  readonly work: WorkQueue;
  readonly handler: StemHandler;
  readonly leaseMs: number;
  /** Whether this process has nothing newer to do. */
  readonly mayBegin: () => boolean;
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
  { work, handler, leaseMs, mayBegin }: BackfillParts,
  signal: AbortSignal,
): Promise<{ readonly stem: string; readonly outcome: StemResult } | 'none' | 'later'> {
  const stem = work.nextBackfilled(Date.now(), leaseMs);
  if (stem === undefined) return 'none';
  if (!mayBegin()) return 'later';
  work.beginBackfilled(stem);
  return { stem, outcome: await handler.handle(stem, undefined, signal) };
}
