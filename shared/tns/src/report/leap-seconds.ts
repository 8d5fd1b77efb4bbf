/**
 * TAI - UTC in whole seconds, from the day (MJD, UTC) on which each value began. Source: IERS, leap-seconds.list as
 * of Bulletin C 72 (July 2026).
 */
const TAI_MINUS_UTC: readonly (readonly [fromMjd: number, seconds: number])[] = [
  [41317, 10], // 1972-01-01
  [41499, 11], // 1972-07-01
  [41683, 12], // 1973-01-01
  [42048, 13], // 1974-01-01
  [42413, 14], // 1975-01-01
  [42778, 15], // 1976-01-01
  [43144, 16], // 1977-01-01
  [43509, 17], // 1978-01-01
  [43874, 18], // 1979-01-01
  [44239, 19], // 1980-01-01
  [44786, 20], // 1981-07-01
  [45151, 21], // 1982-07-01
  [45516, 22], // 1983-07-01
  [46247, 23], // 1985-07-01
  [47161, 24], // 1988-01-01
  [47892, 25], // 1990-01-01
  [48257, 26], // 1991-01-01
  [48804, 27], // 1992-07-01
  [49169, 28], // 1993-07-01
  [49534, 29], // 1994-07-01
  [50083, 30], // 1996-01-01
  [50630, 31], // 1997-07-01
  [51179, 32], // 1999-01-01
  [53736, 33], // 2006-01-01
  [54832, 34], // 2009-01-01
  [56109, 35], // 2012-07-01
  [57204, 36], // 2015-07-01
  [57754, 37], // 2017-01-01
];

/** The table is valid until this day (IERS); a leap second after it would be missing here. */
export const LEAP_SECONDS_GOOD_UNTIL = '2027-06-28';

const SECONDS_A_DAY = 86_400;

/**
 * The MJD in UTC of an MJD in TAI, days.
 *
 * @throws RangeError before 1972, when UTC did not differ by whole seconds from TAI, and for NaN
 */
export function mjdUtcOf(mjdTai: number): number {
  for (let entry = TAI_MINUS_UTC.length - 1; entry >= 0; entry--) {
    const [fromMjd, seconds] = TAI_MINUS_UTC[entry] as readonly [number, number];
    const offset = seconds / SECONDS_A_DAY;
    if (mjdTai >= fromMjd + offset) return mjdTai - offset;
  }
  throw new RangeError(`MJD ${mjdTai} (TAI) has no UTC: the table of leap seconds begins in 1972`);
}
