import type { Database } from './connection.js';

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
  /** When the source was observed, MJD TAI; null where nobody kept it. */
  readonly midpointMjdTai: number | null;
}

/** Scores of model versions over nights, live and replayed alike. */
export class ComparedScores {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      stems: database
        .prepare<[string, string], string>('SELECT stem FROM feature_making WHERE stem BETWEEN ? AND ? ORDER BY stem')
        .pluck(),
      ofStem: database.prepare<[Record<string, string>], ComparedScore>(
        `WITH scored AS (
           SELECT diaObjectId, diaSourceId, score FROM provenance
           WHERE stem = @stem AND model_name = @vra AND model_version = @version
             AND score IS NOT NULL AND diaObjectId IS NOT NULL AND diaSourceId IS NOT NULL
           UNION ALL
           SELECT r.diaObjectId, r.diaSourceId, r.score FROM replayed_stem s JOIN replayed_score r ON r.stem_ID = s.ID
           WHERE s.vra = @vra AND s.model_version = @version AND s.stem = @stem
         )
         SELECT scored.*, source.midpointMjdTai FROM scored LEFT JOIN source USING (diaSourceId)`,
      ),
      versions: database
        .prepare<[Record<string, string>], string>(
          `SELECT DISTINCT model_version FROM provenance WHERE stem IN
             (SELECT stem FROM feature_making WHERE stem BETWEEN @first AND @last) AND model_name = @vra
           UNION SELECT DISTINCT model_version FROM replayed_stem WHERE vra = @vra AND stem BETWEEN @first AND @last
           ORDER BY 1`,
        )
        .pluck(),
    };
  }

  /** The stems of the nights from `first` to `last` (YYYYMMDD), oldest first. */
  stems(first: string, last: string): string[] {
    return this.#statements.stems.all(`${first}_`, `${last}_~`) as string[];
  }

  /** The scores of one stem. */
  ofStem(stem: string, { vra, version }: ScoredBy): ComparedScore[] {
    return this.#statements.ofStem.all({ stem, vra, version });
  }

  /** The versions that there are any scores of in the nights from `first` to `last`. Reads all of their scores. */
  versions(vra: string, first: string, last: string): string[] {
    return this.#statements.versions.all({ vra, first: `${first}_`, last: `${last}_~` }) as string[];
  }
}
