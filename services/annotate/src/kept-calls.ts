import { instantOfStem } from '@lvra/shared/stem';

/** The last calls of an hour are for new alerts: this share of them is not spent on older stems alone. */
const SHARE_FOR_NEW = 0.2;

/** A stem is named by the second in which it was made. */
const NEW_MS = 15 * 60_000;

/**
 * How many calls of the hour must be left for others after a call that carries scores of these stems.
 *
 * @param now ms since 1970
 */
export function keptForNew(rows: readonly { readonly stem: string }[], now: number, callsPerHour: number): number {
  const isNew = ({ stem }: { stem: string }) => now - (instantOfStem(stem)?.getTime() ?? 0) < NEW_MS;
  return rows.some(isNew) ? 0 : Math.floor(callsPerHour * SHARE_FOR_NEW);
}
