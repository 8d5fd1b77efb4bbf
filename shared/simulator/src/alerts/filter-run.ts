import { utcMsOf } from '@lvra/core';

/** The time between two runs of Lasair's filters, and before a visit can be in one. */
const FILTER_PERIOD_MS = 300_000;
const PROCESSING_MS = 180_000;

/** When the filter runs that catches a visit, `YYYY-MM-DD HH:MM:SS` in UTC as Lasair writes it. */
export function filterRunAfter(midpointMjdTai: number): string {
  const run = Math.ceil((utcMsOf(midpointMjdTai) + PROCESSING_MS) / FILTER_PERIOD_MS) * FILTER_PERIOD_MS + 8_000;
  return new Date(run).toISOString().slice(0, 19).replace('T', ' ');
}
