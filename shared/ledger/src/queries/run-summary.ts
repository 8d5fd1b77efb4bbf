import type { Database } from '../database.js';
import { question, valueQuestion } from '../statements.js';

/** The best score of one object. */
export interface RunScore {
  readonly diaObjectId: bigint;
  readonly model: string;
  readonly score: number;
}

const SCORES = valueQuestion<bigint>('SELECT count(*) FROM provenance');
const OUTCOMES = question<{ outcome: string; scores: bigint }>(
  'SELECT outcome, count(*) AS scores FROM annotation_outcome GROUP BY outcome',
);
const LATENCIES = valueQuestion<number>(
  `SELECT outcome.at - source.received_ms AS ms FROM annotation_outcome outcome
   JOIN provenance ON provenance.ID = outcome.provenance_ID
   JOIN source ON source.diaSourceId = provenance.diaSourceId
   WHERE outcome.outcome = 'accepted' AND source.received_ms >= ? ORDER BY ms`,
);
const LAST_REGISTERED = valueQuestion<bigint>('SELECT coalesce(max(registered_at), 0) FROM batch');
const HIGHEST = question<RunScore>(
  `SELECT diaObjectId AS "diaObjectId", model_name AS model, max(score) AS score FROM provenance
   GROUP BY diaObjectId, model_name ORDER BY 3 DESC NULLS LAST, 1 LIMIT ?`,
);

/** Sums over everything that the ledger holds. They read whole tables: for a summary at the end, not for a gauge. */
export class Totals {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Scores in the ledger. */
  async scores(): Promise<number> {
    return Number(await this.#database.get(SCORES));
  }

  /** Scores by their outcome at Lasair. */
  async outcomes(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.#database.all(OUTCOMES);
    return Object.fromEntries(rows.map(({ outcome, scores }) => [outcome, Number(scores)]));
  }

  /**
   * The time from the arrival of each alert to its accepted annotation, ms, shortest first.
   *
   * @param since ms since 1970; alerts that arrived before are left out
   */
  latenciesMs(since = 0): Promise<number[]> {
    return this.#database.all(LATENCIES, since);
  }

  /** When the newest batch was registered, ms since 1970; 0 if there is none. */
  async lastRegisteredMs(): Promise<number> {
    return Number(await this.#database.get(LAST_REGISTERED));
  }

  /** The objects with the highest scores, highest first. */
  highestScores(most: number): Promise<RunScore[]> {
    return this.#database.all(HIGHEST, most);
  }
}
