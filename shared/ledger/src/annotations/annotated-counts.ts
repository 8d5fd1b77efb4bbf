import type { Database, Questions, Writing } from '../database.js';
import { question, statement } from '../statements.js';

const MINUTE_MS = 60_000;

/** An alert is late if Lasair has no annotation of it this long after Kafka received it. */
export const LATE_MS = 60_000;

/** Alerts that Lasair took. */
export interface Annotated {
  readonly alerts: number;
  /** How many of them were late. */
  readonly late: number;
}

const ADD = statement(
  `INSERT INTO annotated_minute (vra, minute, alerts, late) VALUES (@vra, @minute, @alerts, @late)
   ON CONFLICT (vra, minute) DO UPDATE SET
     alerts = annotated_minute.alerts + excluded.alerts, late = annotated_minute.late + excluded.late`,
);
const SINCE = question<{ alerts: bigint; late: bigint }>(
  `SELECT CAST(coalesce(sum(alerts), 0) AS BIGINT) AS alerts, CAST(coalesce(sum(late), 0) AS BIGINT) AS late
   FROM annotated_minute WHERE vra = ? AND minute >= ?`,
);

/** How many alerts Lasair took in each minute, from all replicas, including those that have ended since. */
export class AnnotatedCounts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Adds the rows that a call had accepted, within the transaction that records it.
   *
   * @param now when the call ended, ms since 1970
   */
  async add(
    tx: Writing,
    vra: string,
    now: number,
    accepted: readonly { readonly receivedMs?: number | undefined }[],
  ): Promise<void> {
    if (accepted.length === 0) return;
    const late = accepted.filter(({ receivedMs }) => receivedMs !== undefined && now - receivedMs > LATE_MS).length;
    await tx.run(ADD, { vra, minute: Math.floor(now / MINUTE_MS), alerts: accepted.length, late });
  }

  /** What Lasair took from a minute on. */
  async since(vra: string, from: number, ask: Questions = this.#database): Promise<Annotated> {
    const { alerts, late } = (await ask.get(SINCE, vra, Math.floor(from / MINUTE_MS)))!;
    return { alerts: Number(alerts), late: Number(late) };
  }
}
