import type { Database } from '../database.js';
import { question, valueQuestion } from '../statements.js';
import { newestStems } from './newest-stems.js';

/** The newest score that a VRA gave to one object within some stems. */
export interface BestScore {
  /** Of its row in `provenance`. */
  readonly ID: bigint;
  readonly diaObjectId: bigint;
  readonly diaSourceId: bigint | null;
  readonly stem: string;
  readonly score: number;
  /** Of the source, nJy; null where the ledger does not have it. */
  readonly psfFlux: number | null;
  readonly band: string | null;
}

/** By the index of stems: the newest come first, and nearly all have scores. */
const LAST_STEM = valueQuestion<string>(
  'SELECT stem FROM provenance WHERE model_name = @vra AND stem < @before ORDER BY stem DESC LIMIT @most',
);

/** The range, from one infinity to the other, keeps out what is no number, which SQLite lets in. */
const BEST = question<BestScore>(
  `SELECT ID AS "ID", diaObjectId AS "diaObjectId", diaSourceId AS "diaSourceId", stem, score,
     psfFlux AS "psfFlux", band FROM (
     SELECT p.ID, p.diaObjectId, p.diaSourceId, p.stem, p.score, source.psfFlux, source.band,
       row_number() OVER (PARTITION BY p.diaObjectId
         ORDER BY source.midpointMjdTai DESC NULLS LAST, p.diaSourceId DESC NULLS LAST, p.ID DESC) AS place
     FROM provenance p LEFT JOIN source ON source.diaSourceId = p.diaSourceId
     WHERE p.stem >= ? AND p.stem < ? AND p.model_name = ? AND p.score BETWEEN ? AND ?) placed
   WHERE place = 1 ORDER BY score DESC, diaObjectId LIMIT ?`,
);

/** The objects of a night, ordered by score. */
export class BestScores {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The last stem that this VRA has a score of; undefined if it has none. */
  async lastStem(vra: string): Promise<string | undefined> {
    const [last] = await newestStems(this.#database, LAST_STEM, { vra }, 1);
    return last;
  }

  /**
   * Each object once, by its newest source in these stems and the last score of that one; the highest score first.
   *
   * @param from the first stem
   * @param before every stem is smaller than this text
   */
  of(vra: string, from: string, before: string, most: number): Promise<BestScore[]> {
    return this.#database.all(BEST, from, before, vra, -Infinity, Infinity, most);
  }
}
