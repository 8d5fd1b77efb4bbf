import type { AnnotationOutcome } from '../../annotations/outcomes.js';
import type { Database } from '../../database.js';
import { tupleQuestion } from '../../statements.js';

/** A score with its source and its outcome at Lasair; null is unknown. SQLite does not enforce the types of columns. */
export type RecordedScore = readonly [
  id: bigint,
  diaObjectId: bigint | null,
  diaSourceId: bigint | null,
  stem: string,
  vra: string,
  modelVersion: string | null,
  score: number | null,
  midpointMjdTai: number | null,
  ra: number | null,
  decl: number | null,
  psfFlux: number | null,
  band: string | null,
  outcome: AnnotationOutcome | null,
  /** When it was recorded, ms since 1970. */
  outcomeAt: bigint | null,
];

/** Which scores are read at once. */
export interface ScoresOf {
  /** The first stem and the last one. */
  readonly from: string;
  readonly to: string;
  /** Scores up to this ID. */
  readonly last: bigint;
  /** Undefined for all VRAs. */
  readonly vra: string | undefined;
}

const SELECT = `SELECT p.ID, p.diaObjectId, p.diaSourceId, p.stem, p.model_name, p.model_version, p.score,
    source.midpointMjdTai, source.ra, source.decl, source.psfFlux, source.band, o.outcome, o.at
  FROM provenance p LEFT JOIN source ON source.diaSourceId = p.diaSourceId
  LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
  WHERE p.stem >= @from AND p.stem <= @to AND p.ID <= @last`;
const ORDER = 'ORDER BY p.stem, p.ID';
const OF_ALL = tupleQuestion<RecordedScore>(`${SELECT} ${ORDER}`);
const OF_VRA = tupleQuestion<RecordedScore>(`${SELECT} AND p.model_name = @vra ${ORDER}`);

/** Everything that is recorded of the scores of some stems, in the order of stems and then of IDs. */
export class RecordedScores {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  of({ from, to, last, vra }: ScoresOf): Promise<RecordedScore[]> {
    return vra === undefined
      ? this.#database.all(OF_ALL, { from, to, last })
      : this.#database.all(OF_VRA, { from, to, last, vra });
  }
}
