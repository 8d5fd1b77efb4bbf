import { type CandidateScore, isSettledBehind, newestOf } from '../../annotations/newest-score.js';
import type { AnnotationOutcome } from '../../annotations/outcomes.js';
import type { Database } from '../../sqlite/connection.js';

interface ObjectScore extends CandidateScore {
  readonly stem: string;
  readonly score: number | null;
  readonly outcome: AnnotationOutcome | null;
}

/** What an object's annotation should be and what it is, according to the ledger. */
export interface ObjectFacts {
  readonly diaObjectId: bigint;
  /** The score that should be annotated: the newest, or another one of the same source. */
  readonly newest: ObjectScore;
  /** The provenance ID of the score that Lasair accepted last; undefined if none is recorded. */
  readonly acceptedId: bigint | undefined;
  /** A call is or may be in flight. */
  readonly hasCallInFlight: boolean;
}

/** How many objects are read from the ledger's index at a time. */
const PAGE = 5_000;

/** Each object's newest score beside what is recorded as annotated. It reads and never writes. */
export class ObjectVerification {
  readonly #database: Database;
  readonly #statements;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = {
      page: database
        .prepare<[Record<string, unknown>], bigint>(
          // The plus keeps it off the index of stems, with which each page would read all rows of the range and sort them.
          // Text instead of an id is greater than every number.
          `SELECT DISTINCT diaObjectId FROM provenance
           WHERE diaObjectId > @after AND typeof(diaObjectId) = 'integer' AND +stem BETWEEN @from AND @to
           ORDER BY diaObjectId LIMIT ${PAGE}`,
        )
        .pluck(),
      scores: database.prepare(
        `SELECT p.ID AS id, p.diaSourceId, source.midpointMjdTai, p.model_version AS modelVersion, p.stem, p.score, outcome
         FROM provenance p LEFT JOIN source ON source.diaSourceId = p.diaSourceId
         LEFT JOIN annotation_outcome ON provenance_ID = p.ID
         WHERE p.diaObjectId = ? AND p.model_name = ? ORDER BY p.ID`,
      ),
      annotation: database.prepare<[string, bigint], Record<string, bigint | null>>(
        'SELECT accepted_ID, max(sending_until, doubt_until) AS until FROM annotation WHERE vra = ? AND diaObjectId = ?',
      ),
    };
  }

  /**
   * The next objects that have scores, in order, some at a time; empty at the end.
   *
   * @param range first and last stem: only objects that have a score of one of them
   */
  page(after: bigint, [from, to]: readonly [string, string]): bigint[] {
    return this.#statements.page.all({ after, from, to }) as bigint[];
  }

  /**
   * @param now ms since 1970
   * @returns undefined if the VRA has no score of the object
   */
  facts(diaObjectId: bigint, vra: string, now: number): ObjectFacts | undefined {
    return this.#database.transaction(() => {
      const scores = this.#statements.scores.all(diaObjectId, vra) as ObjectScore[];
      const annotation = this.#statements.annotation.get(vra, diaObjectId);
      const acceptedId = annotation?.accepted_ID ?? undefined;
      const newest = newestOf(scores);
      if (!newest) return undefined;
      const contending = scores.filter(({ id, outcome }) => !isSettledBehind(id, outcome, acceptedId));
      const standing = newestOf(contending);
      return {
        diaObjectId,
        newest: standing?.diaSourceId === newest.diaSourceId ? standing : newest,
        acceptedId,
        hasCallInFlight: annotation !== undefined && Number(annotation.until) > now,
      };
    })();
  }
}
