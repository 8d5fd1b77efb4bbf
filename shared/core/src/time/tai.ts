/** TAI runs ahead of UTC by 37 s since 2017, before Rubin's first light. Source: IERS Bulletin C. */
const TAI_MINUS_UTC_MS = 37_000;
const UNIX_EPOCH_MJD = 40587;
const DAY_MS = 86_400_000;

/** MJD in TAI of an instant. */
export function mjdTaiOf(instant: Date): number {
  return UNIX_EPOCH_MJD + (instant.getTime() + TAI_MINUS_UTC_MS) / DAY_MS;
}

/** The instant, UTC in ms since 1970, of an MJD in TAI. */
export function utcMsOf(mjdTai: number): number {
  return (mjdTai - UNIX_EPOCH_MJD) * DAY_MS - TAI_MINUS_UTC_MS;
}
