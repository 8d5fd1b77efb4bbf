/** TAI runs ahead of UTC by 37 s since 2017. */
const TAI_MINUS_UTC_SECONDS = 37;
const UNIX_EPOCH_MJD = 40587;
const SECONDS_A_DAY = 86400;

/** MJD in TAI of an instant. */
export function mjdTaiOf(instant: Date): number {
  return UNIX_EPOCH_MJD + (instant.getTime() / 1000 + TAI_MINUS_UTC_SECONDS) / SECONDS_A_DAY;
}

/** Seconds between two runs of Lasair's filters, and what passes before a visit can be in one. */
const FILTER_PERIOD = 300;
const PROCESSING = 180;

/** When the filter runs that catches a visit, `YYYY-MM-DD HH:MM:SS` in UTC as Lasair writes it. */
export function filterRunAfter(midpointMjdTai: number): string {
  const seen = (midpointMjdTai - UNIX_EPOCH_MJD) * SECONDS_A_DAY - TAI_MINUS_UTC_SECONDS;
  const run = Math.ceil((seen + PROCESSING) / FILTER_PERIOD) * FILTER_PERIOD + 8;
  return new Date(run * 1000).toISOString().slice(0, 19).replace('T', ' ');
}
