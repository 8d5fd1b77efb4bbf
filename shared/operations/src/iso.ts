/** `2026-03-01T04:05:06.789Z` of milliseconds since 1970, to the nearest; null if another program left something in the ledger that is no time. */
export function iso(ms: number): string | null {
  const date = new Date(Math.round(ms));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
