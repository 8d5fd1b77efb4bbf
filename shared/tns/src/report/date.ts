import { mjdUtcOf } from './leap-seconds.js';

const UNIX_EPOCH_MJD = 40_587;
const DAY_MS = 86_400_000;
/** Parts of a day in a date: 1e-5 day is 0.86 s. */
const PARTS = 100_000;

/**
 * An MJD in TAI as a date for TNS, in UTC: `2026-02-02.43387`, the day with its fraction, rounded to 1e-5 day.
 *
 * @throws RangeError if the MJD has no UTC
 */
export function tnsDateOf(mjdTai: number): string {
  const parts = Math.round(mjdUtcOf(mjdTai) * PARTS);
  const day = Math.floor(parts / PARTS);
  const date = new Date((day - UNIX_EPOCH_MJD) * DAY_MS).toISOString().slice(0, 10);
  return `${date}.${String(parts - day * PARTS).padStart(5, '0')}`;
}
