import { type CandidateScore, isSettledBehind, newestOf } from '../../annotations/newest-score.js';
import type { AnnotationOutcome } from '../../annotations/outcomes.js';
import type { Database } from '../../database.js';
import { question, tupleQuestion, valueQuestion } from '../../statements.js';

interface ObjectScore extends CandidateScore {
  readonly stem: string;
  readonly score: number | null;
  readonly outcome: AnnotationOutcome | null;
}

type ScoreRow = ObjectScore & { readonly diaObjectId: bigint };

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

/** How many objects are read at a time, with all of their scores. */
const PAGE = 1_000;

/**
 * With the index of stems each page would read all rows of the range and sort them. What SQLite lets in and is no integer
 * does not equal itself as one.
 */
const NEXT = valueQuestion<bigint>(
  `SELECT DISTINCT diaObjectId FROM provenance INDEXED BY provenance_by_object
   WHERE diaObjectId > @after AND CAST(diaObjectId AS BIGINT) = diaObjectId AND stem BETWEEN @from AND @to
   ORDER BY diaObjectId LIMIT ${PAGE}`,
);
const SCORES = question<ScoreRow>(
  `SELECT p.diaObjectId AS "diaObjectId", p.ID AS id, p.diaSourceId AS "diaSourceId",
     source.midpointMjdTai AS "midpointMjdTai", p.model_version AS "modelVersion", p.stem, p.score, outcome
   FROM provenance p LEFT JOIN source ON source.diaSourceId = p.diaSourceId
   LEFT JOIN annotation_outcome ON provenance_ID = p.ID
   WHERE p.diaObjectId IN @objects AND p.model_name = @vra ORDER BY p.diaObjectId, p.ID`,
);
type Held = [diaObjectId: bigint, acceptedId: bigint | null, sendingUntil: bigint, doubtUntil: bigint];
const HELD = tupleQuestion<Held>(
  `SELECT diaObjectId, accepted_ID, sending_until, doubt_until FROM annotation
   WHERE vra = @vra AND diaObjectId IN @objects`,
);

/** Each object's newest score beside what is recorded as annotated. It reads and never writes. */
export class ObjectVerification {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * The next objects that have scores, in order, some at a time; empty at the end.
   *
   * @param range first and last stem: only objects that have a score of one of them
   */
  page(after: bigint, [from, to]: readonly [string, string]): Promise<bigint[]> {
    return this.#database.all(NEXT, { after, from, to });
  }

  /**
   * The facts of each of these objects that the VRA has a score of.
   *
   * @param now ms since 1970
   */
  facts(objects: readonly bigint[], vra: string, now: number): Promise<ObjectFacts[]> {
    return this.#database.reading(async (ask) => {
      const held = new Map((await ask.all(HELD, { objects, vra })).map((row) => [row[0], row]));
      const scores = new Map<bigint, ScoreRow[]>();
      for (const row of await ask.all(SCORES, { objects, vra })) {
        const before = scores.get(row.diaObjectId);
        if (before) before.push(row);
        else scores.set(row.diaObjectId, [row]);
      }
      return [...scores].flatMap(([diaObjectId, of]) => factsOf(diaObjectId, of, held.get(diaObjectId), now) ?? []);
    });
  }
}

function factsOf(
  diaObjectId: bigint,
  scores: readonly ObjectScore[],
  [, accepted, sendingUntil, doubtUntil]: Held | [] = [],
  now: number,
): ObjectFacts | undefined {
  const acceptedId = accepted ?? undefined;
  const newest = newestOf(scores);
  if (!newest) return undefined;
  const contending = scores.filter(({ id, outcome }) => !isSettledBehind(id, outcome, acceptedId));
  const standing = newestOf(contending);
  return {
    diaObjectId,
    newest: standing?.diaSourceId === newest.diaSourceId ? standing : newest,
    acceptedId,
    hasCallInFlight: Math.max(Number(sendingUntil ?? 0), Number(doubtUntil ?? 0)) > now,
  };
}
