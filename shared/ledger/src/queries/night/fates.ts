import type { AnnotationOutcome } from '../../annotations/outcomes.js';
import type { Database } from '../../database.js';
import { tupleQuestion } from '../../statements.js';
import { type Fate, fateOf, STATUSES } from '../object.js';

/** A score of which the fate is asked. */
export interface Fated {
  /** Of its provenance row. */
  readonly id: bigint;
  readonly diaObjectId: bigint;
  readonly stem: string;
}

/** What became of a score. */
export interface FateOfScore {
  readonly fate: Fate;
  /** When that was recorded, ms since 1970; undefined where it is not known. */
  readonly fateAt: number | undefined;
  /** Whether it is the one that Lasair shows. */
  readonly isCurrent: boolean;
}

const OUTCOMES = tupleQuestion<readonly [id: bigint, outcome: AnnotationOutcome, at: bigint]>(
  'SELECT provenance_ID, outcome, at FROM annotation_outcome WHERE provenance_ID IN @ids',
);
const HELD = tupleQuestion<readonly [diaObjectId: bigint, accepted: bigint | null, unanswered: bigint | null]>(
  `SELECT diaObjectId, accepted_ID, CASE WHEN sending_until > 0 OR doubt_until > 0 THEN sending_ID END
   FROM annotation WHERE vra = @vra AND diaObjectId IN @objects`,
);

/** What became of scores at Lasair, for lists of them. */
export class Fates {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Of a VRA's scores, by provenance ID. */
  of(vra: string, scores: readonly Fated[]): Promise<Map<bigint, FateOfScore>> {
    return this.#database.reading(async (ask) => {
      const outcomes = new Map(
        (await ask.all(OUTCOMES, { ids: scores.map(({ id }) => id) })).map((row) => [row[0], row] as const),
      );
      const objects = [...new Set(scores.map(({ diaObjectId }) => diaObjectId))];
      const held = new Map(
        (await ask.all(HELD, { vra, objects })).map(([object, accepted, unanswered]) => [
          object,
          { accepted, unanswered },
        ]),
      );
      const stems = [...new Set(scores.filter(({ id }) => !outcomes.has(id)).map(({ stem }) => stem))];
      const statuses = new Map((await ask.all(STATUSES, { stems })).map((row) => [row.stem, row] as const));
      return new Map(
        scores.map(({ id, diaObjectId, stem }) => {
          const [, outcome = null, at = null] = outcomes.get(id) ?? [];
          const ofObject = held.get(diaObjectId);
          const fate = fateOf({ id, vra, outcome, at }, ofObject, statuses.get(stem));
          return [id, { ...fate, isCurrent: ofObject?.accepted === id }];
        }),
      );
    });
  }

  /** The outcomes of scores, by provenance ID; what waits for one, or never had one, is not among them. */
  async outcomes(ids: readonly bigint[]): Promise<Map<bigint, AnnotationOutcome>> {
    return new Map((await this.#database.all(OUTCOMES, { ids })).map(([id, outcome]) => [id, outcome]));
  }
}
