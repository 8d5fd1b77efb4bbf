import type { StemOfNight } from '@lvra/ledger';

/** Rows that are read at once, about. */
const ROWS_AT_ONCE = 2_000;
/** What a stem of the Python pipeline is taken for. */
const ALERTS_UNKNOWN = 1_000;

/** The stems in their order, so many together that they have some thousand alerts. */
export function* pagesOf(stems: readonly StemOfNight[]): Generator<{ readonly from: string; readonly to: string }> {
  let first: string | undefined;
  let alerts = 0;
  for (const [at, { stem, alerts: some = ALERTS_UNKNOWN }] of stems.entries()) {
    first ??= stem;
    alerts += some;
    if (alerts < ROWS_AT_ONCE && at < stems.length - 1) continue;
    yield { from: first, to: stem };
    first = undefined;
    alerts = 0;
  }
}
