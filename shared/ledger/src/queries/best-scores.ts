import type { Database } from '../sqlite/connection.js';

/** The newest score that a VRA gave to one object within some stems. */
export interface BestScore {
  /** Of its row in `provenance`. */
  readonly ID: bigint;
  readonly diaObjectId: bigint;
  readonly diaSourceId: bigint | null;
  readonly stem: string;
  readonly score: number;
}

/** The column may hold names that are not stems. */
const STEM = `${'[0-9]'.repeat(8)}_${'[0-9]'.repeat(6)}`;

/** The objects of a night, ordered by score. */
export class BestScores {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The last stem that this VRA has a score of; undefined if it has none. */
  lastStem(vra: string): string | undefined {
    // By the index of stems: the newest come first, and nearly all have scores.
    return this.#database
      .prepare<[string, string], string>(
        'SELECT stem FROM provenance WHERE model_name = ? AND stem GLOB ? ORDER BY stem DESC LIMIT 1',
      )
      .pluck()

      .get(vra, STEM) as string | undefined;
  }

  /**
   * Each object once, by its newest source in these stems and the last score of that one; the highest score first.
   *
   * @param from the first stem
   * @param before every stem is smaller than this text
   */
  of(vra: string, from: string, before: string, most: number): BestScore[] {
    return this.#database
      .prepare<[string, string, string, number], BestScore>(
        `SELECT ID, diaObjectId, diaSourceId, stem, score FROM (
           SELECT p.ID, p.diaObjectId, p.diaSourceId, p.stem, p.score,
             row_number() OVER (PARTITION BY p.diaObjectId
               ORDER BY source.midpointMjdTai DESC, p.diaSourceId DESC, p.ID DESC) AS place
           FROM provenance p LEFT JOIN source ON source.diaSourceId = p.diaSourceId
           WHERE p.stem >= ? AND p.stem < ? AND p.model_name = ? AND typeof(p.score) = 'real')
         WHERE place = 1 ORDER BY score DESC, diaObjectId LIMIT ?`,
      )
      .all(from, before, vra, most);
  }
}
