import { utcMsOf } from '@lvra/core';

const DAY_MS = 86_400_000;
/** Parts of a day in a date: 1e-5 day is 0.86 s. */
const PARTS = 100_000;

/** Until this day it is known that no leap second is added to the 37 s of 2017. Source: IERS, Bulletin C 72 (July 2026). */
export const LEAP_SECONDS_GOOD_UNTIL = '2027-06-28';

/**
 * An MJD in TAI, since 2017, as a date for TNS, in UTC: `2026-02-02.43387`, the day with its fraction, rounded to 1e-5 day.
 *
 * @throws RangeError if it is no time
 */
export function tnsDateOf(mjdTai: number): string {
  const parts = Math.round((utcMsOf(mjdTai) / DAY_MS) * PARTS);
  const day = Math.floor(parts / PARTS);
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  return `${date}.${String(parts - day * PARTS).padStart(5, '0')}`;
}
