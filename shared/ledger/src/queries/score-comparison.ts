import type { Database } from '../sqlite/connection.js';

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

/** Scores of model versions over nights. */
export class ComparedScores {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      stems: database
        .prepare<[string, string], string>('SELECT stem FROM feature_making WHERE stem BETWEEN ? AND ? ORDER BY stem')
        .pluck(),
      // The first score of a source is compared with its first, and so on.
      ofStem: database.prepare<[Record<string, string>], ComparedScore>(
        `SELECT diaObjectId, diaSourceId, score, source.midpointMjdTai FROM provenance
         LEFT JOIN source USING (diaSourceId)
         WHERE stem = @stem AND model_name = @vra AND model_version = @version
           AND score IS NOT NULL AND diaObjectId IS NOT NULL AND diaSourceId IS NOT NULL
         ORDER BY provenance.ID`,
      ),
      versions: database
        .prepare<[Record<string, string>], string>(
          `SELECT DISTINCT model_version FROM provenance WHERE stem IN
             (SELECT stem FROM feature_making WHERE stem BETWEEN @first AND @last) AND model_name = @vra
           ORDER BY 1`,
        )
        .pluck(),
    };
  }

  /** The stems of the nights from `first` to `last` (YYYYMMDD), oldest first. */
  stems(first: string, last: string): string[] {
    return this.#statements.stems.all(`${first}_`, `${last}_~`) as string[];
  }

  /** The scores of one stem, in the order in which they were recorded. */
  ofStem(stem: string, { vra, version }: ScoredBy): ComparedScore[] {
    return this.#statements.ofStem.all({ stem, vra, version });
  }

  /** The versions with scores in the nights from `first` to `last`. Reads all of their scores. */
  versions(vra: string, first: string, last: string): string[] {
    return this.#statements.versions.all({ vra, first: `${first}_`, last: `${last}_~` }) as string[];
  }
}
