import type { Database } from '../sqlite/connection.js';

/** The best score of one object. */
export interface RunScore {
  readonly diaObjectId: bigint;
  readonly model: string;
  readonly score: number;
}

/** Sums over everything that the ledger holds. They read whole tables: for a summary at the end, not for a gauge. */
export class Totals {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Scores in the ledger. */
  scores(): number {
    return Number(this.#database.prepare('SELECT count(*) FROM provenance').pluck().get());
  }

  /** Scores by their outcome at Lasair. */
  outcomes(): Readonly<Record<string, number>> {
    const rows = this.#database
      .prepare('SELECT outcome, count(*) AS scores FROM annotation_outcome GROUP BY outcome')
      .all() as { outcome: string; scores: bigint }[];
    return Object.fromEntries(rows.map(({ outcome, scores }) => [outcome, Number(scores)]));
  }

  /**
   * The time from the arrival of each alert to its accepted annotation, ms, shortest first.
   *
   * @param since ms since 1970; alerts that arrived before are left out
   */
  latenciesMs(since = 0): number[] {
    return this.#database
      .prepare<[number], number>(
        `SELECT outcome.at - source.received_ms AS ms FROM annotation_outcome outcome
         JOIN provenance ON provenance.ID = outcome.provenance_ID
         JOIN source ON source.diaSourceId = provenance.diaSourceId
         WHERE outcome.outcome = 'accepted' AND source.received_ms >= ? ORDER BY ms`,
      )
      .pluck()
      .all(since);
  }

  /** When the newest batch was registered, ms since 1970; 0 if there is none. */
  lastRegisteredMs(): number {
    return Number(this.#database.prepare('SELECT coalesce(max(registered_at), 0) FROM batch').pluck().get());
  }

  /** The objects with the highest scores, highest first. */
  highestScores(most: number): RunScore[] {
    return this.#database
      .prepare<[number], RunScore>(
        `SELECT diaObjectId, model_name AS model, max(score) AS score FROM provenance
         GROUP BY diaObjectId, model_name ORDER BY score DESC, diaObjectId LIMIT ?`,
      )
      .all(most);
  }
}
