import type { Database, Questions, Writing } from '../database.js';
import { question, statement } from '../statements.js';

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

// Minutes ahead of the clock are from before it was set back.
const USED = question<{ calls: bigint; oldest: bigint | null; recent: bigint }>(
  `SELECT CAST(coalesce(sum(calls), 0) AS BIGINT) AS calls, min(minute) AS oldest,
     coalesce(max(annotations) FILTER (WHERE minute > @rateAfter), 0) AS recent
   FROM lasair_call WHERE minute BETWEEN @first AND @last`,
);
const COUNT = statement(
  `INSERT INTO lasair_call (minute, calls, annotations) VALUES (?, 1, ?)
   ON CONFLICT (minute) DO UPDATE SET
     calls = lasair_call.calls + 1, annotations = lasair_call.annotations + excluded.annotations`,
);
const FORGET = statement('DELETE FROM lasair_call WHERE minute NOT BETWEEN @first AND @last');

/** The calls made to Lasair in the last hour, by minute: one budget for all VRAs and replicas. */
export class CallBudget {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * @param now ms since 1970
   * @param keep how many of the hour's calls are not for the caller
   */
  async state(now: number, callsPerHour: number, keep = 0, ask: Questions = this.#database): Promise<CallsLeft> {
    const minute = Math.floor(now / MINUTE_MS);
    const used = (await ask.get(USED, { ...countedAt(minute), rateAfter: minute - MINUTES_OF_RATE }))!;
    const left = Math.max(callsPerHour - Number(used.calls), 0);
    const oldest = Number(used.oldest ?? minute);
    return {
      left,
      waitMs: left > keep ? 0 : (Math.min(oldest, minute) + MINUTES_COUNTED + 1) * MINUTE_MS - now,
      annotationsPerHour: Number(used.recent) * 60,
    };
  }

  /** Counts a call that is about to be made, within the caller's transaction. */
  async count(tx: Writing, now: number, annotations: number): Promise<void> {
    const minute = Math.floor(now / MINUTE_MS);
    await tx.run(FORGET, countedAt(minute));
    await tx.run(COUNT, minute, annotations);
  }
}

/** The minutes whose calls count. */
function countedAt(minute: number): { first: number; last: number } {
  return { first: minute - MINUTES_COUNTED, last: minute + MINUTES_COUNTED };
}
