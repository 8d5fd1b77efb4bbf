import type { Database } from '../sqlite/connection.js';

const MINUTE_MS = 60_000;

/** An alert is late if Lasair has no annotation of it this long after Kafka received it. */
export const LATE_MS = 60_000;

/** Alerts that Lasair took. */
export interface Annotated {
  readonly alerts: number;
  /** How many of them were late. */
  readonly late: number;
}

/** How many alerts Lasair took in each minute, from all replicas, including those that have ended since. */
export class AnnotatedCounts {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      add: database.prepare(
        `INSERT INTO annotated_minute (vra, minute, alerts, late) VALUES (@vra, @minute, @alerts, @late)
         ON CONFLICT (vra, minute) DO UPDATE SET alerts = alerts + excluded.alerts, late = late + excluded.late`,
      ),
      since: database.prepare<[string, number], { alerts: bigint; late: bigint }>(
        `SELECT coalesce(sum(alerts), 0) AS alerts, coalesce(sum(late), 0) AS late FROM annotated_minute
         WHERE vra = ? AND minute >= ?`,
      ),
    };
  }

  /**
   * Adds the rows that a call had accepted, within the transaction that records it.
   *
   * @param now when the call ended, ms since 1970
   */
  add(vra: string, now: number, accepted: readonly { readonly receivedMs?: number | undefined }[]): void {
    if (accepted.length === 0) return;
    const late = accepted.filter(({ receivedMs }) => receivedMs !== undefined && now - receivedMs > LATE_MS).length;
    this.#statements.add.run({ vra, minute: Math.floor(now / MINUTE_MS), alerts: accepted.length, late });
  }

  /** What Lasair took from a minute on. */
  since(vra: string, from: number): Annotated {
    const { alerts, late } = this.#statements.since.get(vra, Math.floor(from / MINUTE_MS))!;
    return { alerts: Number(alerts), late: Number(late) };
  }
}
