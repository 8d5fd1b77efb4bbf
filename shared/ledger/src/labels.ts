import type { Database } from './database.js';
import type { ScoredBy } from './queries/score-comparison.js';
import { Insert, question, statement, tupleQuestion, valueQuestion } from './statements.js';

/** A label that a person gave an object. */
export interface Label {
  readonly diaObjectId: bigint;
  /** A word of the team's: `real`, `bogus`, … */
  readonly label: string;
  readonly who: string;
  /** When it was said, ms since 1970. */
  readonly at: number;
}

/** A label as it was recorded. */
export interface LabelRecord extends Label {
  readonly id: bigint;
}

interface Row {
  readonly id: bigint;
  readonly diaObjectId: bigint;
  readonly label: string;
  readonly who: string;
  readonly at: bigint;
}

const SELECT = 'SELECT ID AS "id", diaObjectId AS "diaObjectId", label, who, labelled_at AS "at" FROM label';
const OF_OBJECT = question<Row>(`${SELECT} WHERE diaObjectId = ? ORDER BY labelled_at DESC, ID DESC`);
const AFTER = question<Row>(`${SELECT} WHERE ID > ? ORDER BY ID LIMIT ?`);
const ALL = question<Row>(`${SELECT} ORDER BY labelled_at, ID`);
const OF_OBJECTS = tupleQuestion<readonly [diaObjectId: bigint, label: string]>(
  'SELECT diaObjectId, label FROM label WHERE diaObjectId IN @ids ORDER BY labelled_at, ID',
);
/** The last row of an object is that of its newest source. */
const SCORES = tupleQuestion<readonly [diaObjectId: bigint, score: number]>(
  `SELECT p.diaObjectId, p.score FROM provenance p LEFT JOIN source USING (diaSourceId)
   WHERE p.diaObjectId IN @ids AND p.model_name = @vra AND p.model_version = @version AND p.score IS NOT NULL
   ORDER BY source.midpointMjdTai NULLS FIRST, p.diaSourceId NULLS FIRST, p.ID`,
);
/** The last row of an object is that of its newest source. */
const SCORED = tupleQuestion<readonly [diaObjectId: bigint, diaSourceId: bigint, stem: string]>(
  `SELECT p.diaObjectId, p.diaSourceId, p.stem FROM provenance p LEFT JOIN source USING (diaSourceId)
   WHERE p.diaObjectId IN @ids AND p.model_name = @vra AND p.diaSourceId IS NOT NULL
   ORDER BY source.midpointMjdTai NULLS FIRST, p.diaSourceId, p.ID`,
);
const ADD = new Insert(
  'label',
  { diaObjectId: 'integer', label: 'text', who: 'text', labelled_at: 'integer' },
  '(diaObjectId, labelled_at, who, label) DO NOTHING',
);
const SEEN = valueQuestion<bigint>('SELECT diaObjectId FROM diaobjid_stems WHERE diaObjectId IN @ids');
const LAST_OF = valueQuestion<bigint>(
  'SELECT ID FROM label WHERE diaObjectId = ? AND who = ? ORDER BY labelled_at DESC, ID DESC LIMIT 1',
);
const REMOVE = statement('DELETE FROM label WHERE ID = ?');

/** Labels that people gave to objects. Of several labels of an object the latest counts, also if another person gave it. */
export class LabelLedger {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Records labels, but for those that are there already. @returns how many were not */
  add(labels: readonly Label[]): Promise<number> {
    const rows = labels.map(({ diaObjectId, label, who, at }) => [diaObjectId, label, who, Math.round(at)]);
    return this.#database.writing((tx) => tx.each(ADD, rows));
  }

  /** Those of some objects that were in an alert. */
  async seen(ids: readonly bigint[]): Promise<Set<bigint>> {
    return new Set(await this.#database.all(SEEN, { ids }));
  }

  /** Removes the latest label that a person gave an object, so that the one before counts. @returns whether there was one */
  takeBack(diaObjectId: bigint, who: string): Promise<boolean> {
    return this.#database.writing(async (tx) => {
      const id = await tx.get(LAST_OF, diaObjectId, who);
      if (id !== undefined) await tx.run(REMOVE, id);
      return id !== undefined;
    });
  }

  /** Of an object, the one that counts first. */
  async ofObject(diaObjectId: bigint): Promise<LabelRecord[]> {
    return (await this.#database.all(OF_OBJECT, diaObjectId)).map(recordOf);
  }

  /** The label of each of some objects that has one. */
  async ofObjects(ids: readonly bigint[]): Promise<Map<bigint, string>> {
    return new Map(await this.#database.all(OF_OBJECTS, { ids }));
  }

  /** The label of each object that has one: all labels are read. */
  async newest(): Promise<Map<bigint, LabelRecord>> {
    return new Map((await this.#database.all(ALL)).map((row) => [row.diaObjectId, recordOf(row)]));
  }

  /** The newest score of each of some objects that a version of a model has scored. */
  async newestScores({ vra, version }: ScoredBy, ids: readonly bigint[]): Promise<Map<bigint, number>> {
    const scores = await this.#database.all(SCORES, { vra, version, ids });
    // SQLite lets another program put anything there.
    return new Map(scores.filter(([, score]) => Number.isFinite(score)));
  }

  /** The sources of some objects that a VRA has had to score, and their stems, those of the newest source last. */
  scored(
    vra: string,
    ids: readonly bigint[],
  ): Promise<(readonly [diaObjectId: bigint, diaSourceId: bigint, stem: string])[]> {
    return this.#database.all(SCORED, { vra, ids });
  }

  /** Every label, in the order of their IDs, a page at a time. */
  async after(id: bigint, limit: number): Promise<LabelRecord[]> {
    return (await this.#database.all(AFTER, id, limit)).map(recordOf);
  }
}

function recordOf(row: Row): LabelRecord {
  return { ...row, at: Number(row.at) };
}
