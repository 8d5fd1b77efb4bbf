import { instantOfStem } from '@lvra/core';

/** The share of the hour's calls that is kept for new alerts, and not spent on older stems alone. */
const SHARE_FOR_NEW = 0.2;

/** The share that is not spent on a backfill. */
const SHARE_FOR_THE_NIGHT = 0.5;

/** A stem is named by the second in which it was made. */
const NEW_MS = 15 * 60_000;

/**
 * How many calls of the hour must be left for others after a call that carries scores of these stems.
 *
 * @param now ms since 1970
 */
export function keptForNew(
  rows: readonly { readonly stem: string; readonly isBackfilled?: boolean }[],
  now: number,
  callsPerHour: number,
): number {
  const isNew = ({ stem }: { stem: string }) => now - (instantOfStem(stem)?.getTime() ?? 0) < NEW_MS;
  if (rows.some(isNew)) return 0;
  const share = rows.some(({ isBackfilled }) => isBackfilled) ? SHARE_FOR_THE_NIGHT : SHARE_FOR_NEW;
  return Math.floor(callsPerHour * share);
}
