import type { Database } from '../sqlite/connection.js';

const MINUTE_MS = 60_000;

/**
 * A call counts for the minute in which it was made and 60 whole ones: never shorter than an hour, so that Lasair, which
 * counts to the millisecond, never sees more than the budget.
 */
const MINUTES_COUNTED = 60;

/** The present rate of annotations is that of the busiest of this many minutes: it rises at once, and outlasts a pause. */
const MINUTES_OF_RATE = 10;

/** The budget as it stands. */
export interface CallsLeft {
  readonly left: number;
  /** How long until a call is free again, ms; 0 while there are some besides those that are kept. */
  readonly waitMs: number;
  /** Annotations sent an hour, at the rate of the busiest of the last ten minutes. */
  readonly annotationsPerHour: number;
}

/** The calls made to Lasair in the last hour, by minute: one budget for all VRAs and replicas. */
export class CallBudget {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      // Minutes ahead of the clock are from before it was set back.
      used: database.prepare<[Record<string, number>], { calls: bigint; oldest: bigint | null; recent: bigint }>(
        `SELECT coalesce(sum(calls), 0) AS calls, min(minute) AS oldest,
           coalesce(max(annotations) FILTER (WHERE minute > @minute - ${MINUTES_OF_RATE}), 0) AS recent
         FROM lasair_call WHERE minute BETWEEN @minute - ${MINUTES_COUNTED} AND @minute + ${MINUTES_COUNTED}`,
      ),
      count: database.prepare(
        `INSERT INTO lasair_call (minute, calls, annotations) VALUES (@minute, 1, @annotations)
         ON CONFLICT (minute) DO UPDATE SET calls = calls + 1, annotations = annotations + excluded.annotations`,
      ),
      forget: database.prepare(
        `DELETE FROM lasair_call WHERE minute NOT BETWEEN @minute - ${MINUTES_COUNTED} AND @minute + ${MINUTES_COUNTED}`,
      ),
    };
  }

  /**
   * @param now ms since 1970
   * @param keep how many of the hour's calls are not for the caller
   */
  state(now: number, callsPerHour: number, keep = 0): CallsLeft {
    const minute = Math.floor(now / MINUTE_MS);
    const used = this.#statements.used.get({ minute })!;
    const left = Math.max(callsPerHour - Number(used.calls), 0);
    const oldest = Number(used.oldest ?? minute);
    return {
      left,
      waitMs: left > keep ? 0 : (Math.min(oldest, minute) + MINUTES_COUNTED + 1) * MINUTE_MS - now,
      annotationsPerHour: Number(used.recent) * 60,
    };
  }

  /** Counts a call that is about to be made, within the caller's transaction. */
  count(now: number, annotations: number): void {
    const minute = Math.floor(now / MINUTE_MS);
    this.#statements.forget.run({ minute });
    this.#statements.count.run({ minute, annotations });
  }
}
