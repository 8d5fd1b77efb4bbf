import type { Database } from '../database.js';
import { question, valueQuestion } from '../statements.js';

/** Whose scores: a VRA's, with one version of its model. */
export interface ScoredBy {
  readonly vra: string;
  readonly version: string;
}

/** A score among those that are compared. */
export interface ComparedScore {
  readonly diaObjectId: bigint;
  readonly diaSourceId: bigint;
  readonly score: number;
  /** When the source was observed, MJD TAI; null if unknown. */
  readonly midpointMjdTai: number | null;
}

const STEMS = valueQuestion<string>('SELECT stem FROM feature_making WHERE stem BETWEEN ? AND ? ORDER BY stem DESC');
/** The first score of a source is compared with its first, and so on. */
const OF_STEM = question<ComparedScore>(
  `SELECT p.diaObjectId AS "diaObjectId", p.diaSourceId AS "diaSourceId", p.score, source.midpointMjdTai AS "midpointMjdTai"
   FROM provenance p LEFT JOIN source ON source.diaSourceId = p.diaSourceId
   WHERE p.stem = @stem AND model_name = @vra AND model_version = @version
     AND p.score IS NOT NULL AND p.diaObjectId IS NOT NULL AND p.diaSourceId IS NOT NULL
   ORDER BY p.ID`,
);
const VERSIONS = valueQuestion<string>(
  `SELECT DISTINCT model_version FROM provenance WHERE stem IN
     (SELECT stem FROM feature_making WHERE stem BETWEEN @first AND @last) AND model_name = @vra
   ORDER BY 1`,
);

/** Scores of model versions over nights. */
export class ComparedScores {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The stems of the nights from `first` to `last` (YYYYMMDD), newest first. */
  stems(first: string, last: string): Promise<string[]> {
    return this.#database.all(STEMS, `${first}_`, `${last}_~`);
  }

  /** The scores of one stem, in the order in which they were recorded. */
  ofStem(stem: string, { vra, version }: ScoredBy): Promise<ComparedScore[]> {
    return this.#database.all(OF_STEM, { stem, vra, version });
  }

  /** The versions with scores in the nights from `first` to `last`. Reads all of their scores. */
  versions(vra: string, first: string, last: string): Promise<string[]> {
    return this.#database.all(VERSIONS, { vra, first: `${first}_`, last: `${last}_~` });
  }
}
