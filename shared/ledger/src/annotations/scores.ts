import type { Database, Questions, Writing } from '../database.js';
import { Question, tupleQuestion, valueQuestion } from '../statements.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';
import { THRESHOLDS } from '../thresholds.js';
import { newestOf, unsendable } from './newest-score.js';
import { lastScoresOfObjects, PAST_SCORE, type PastScore, type PastScoreRow, pastScoreOf } from './score-history.js';

/** A score to annotate, with everything that its annotation contains. */
export interface Score {
  /** Of its provenance row. */
  readonly id: bigint;
  readonly diaObjectId: bigint | null;
  readonly diaSourceId: bigint | null;
  readonly score: number | null;
  readonly modelVersion: string | null;
  /** The columns of THRESHOLD_FLAGS; undefined if the stem has none for the source. */
  readonly flags: readonly (number | null)[] | undefined;
  /** When Kafka received the alert, ms since 1970. */
  readonly receivedMs: number | undefined;
  /** Whether its object has a newer score, in any stem, which is sent instead. */
  readonly isSuperseded: boolean;
  /** For the newest score of an object: the object's last scores, as many as were asked for, itself the first. */
  readonly history: readonly PastScore[];
}

/** A score that was found to be the newest of its object. */
export interface Planned {
  /** Of its provenance row. */
  readonly id: bigint;
  readonly diaObjectId: bigint;
  /** The greatest provenance ID at that moment. */
  readonly seen: bigint;
}

/** Which scores count, and how many of an object's last scores come with its newest one; none by default. */
export interface Wanted {
  readonly refusedVersion?: string | undefined;
  readonly history?: number | undefined;
}

/** The names of the threshold flags, in the order of the annotation. */
export const THRESHOLD_FLAGS: readonly string[] = ['n_gt', 'brighter', 'first'].flatMap((prefix) =>
  THRESHOLDS.map((magnitude) => `${prefix}${magnitude}`),
);

type Integer = bigint | null;

type ScoreRow = readonly [
  id: bigint,
  diaObjectId: Integer,
  diaSourceId: Integer,
  score: number | null,
  modelVersion: string | null,
  receivedMs: number | null,
];

const GREATEST_ID = valueQuestion<bigint>('SELECT coalesce(max(ID), 0) FROM provenance');
const UNSETTLED = tupleQuestion<ScoreRow>(
  `SELECT p.ID, p.diaObjectId, p.diaSourceId, p.score, p.model_version, source.received_ms FROM provenance p
   LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
   LEFT JOIN source ON source.diaSourceId = p.diaSourceId
   WHERE p.stem = @stem AND p.model_name = @vra AND coalesce(o.outcome, '') NOT IN ('accepted', 'superseded')
   ORDER BY p.ID`,
);
const OF_STEM = tupleQuestion<ScoreRow>(
  `SELECT p.ID, p.diaObjectId, p.diaSourceId, p.score, p.model_version, source.received_ms FROM provenance p
   LEFT JOIN source ON source.diaSourceId = p.diaSourceId
   WHERE p.stem = @stem AND p.model_name = @vra ORDER BY p.ID`,
);
// Flags are small, and ids come as text: so these rows need no bigints and lose no digit.
const FLAGS = new Question<readonly [diaSourceId: string, ...flags: (number | null)[]]>(
  `SELECT CAST(diaSourceId AS TEXT), ${THRESHOLD_FLAGS.join(', ')} FROM threshold_flags_provenance
   WHERE stem = ? ORDER BY ID`,
  'array',
  true,
);
const SINCE_NEWEST = sinceNewest('WHERE ID IN @scores');
const SINCE_NEWEST_OF_STEM = sinceNewest('WHERE stem = @stem AND model_name = @vra');
const GREATEST_AFTER = tupleQuestion<readonly [diaObjectId: bigint, id: bigint]>(
  `SELECT diaObjectId, max(ID) FROM provenance
   WHERE diaObjectId IN @objects AND ID > @after AND model_name = @vra GROUP BY diaObjectId`,
);
const SENT = valueQuestion<bigint>('SELECT diaObjectId FROM annotation WHERE vra = @vra AND diaObjectId IN @objects');

/** The scores of a VRA as annotating sees them: those of a stem, and the history of an object. */
export class AnnotationScores {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The unsettled scores of a stem, and the greatest provenance ID at that moment. */
  unsettled(vra: string, stem: string, wanted: Wanted = {}): Promise<{ scores: Score[]; seen: bigint }> {
    return this.#scoresOf(UNSETTLED, vra, stem, wanted);
  }

  /** All scores of a stem, settled or not, and the greatest provenance ID at that moment. */
  ofStem(vra: string, stem: string, wanted: Wanted = {}): Promise<{ scores: Score[]; seen: bigint }> {
    return this.#scoresOf(OF_STEM, vra, stem, wanted);
  }

  #scoresOf(
    question: Question<ScoreRow>,
    vra: string,
    stem: string,
    { refusedVersion, history = 0 }: Wanted,
  ): Promise<{ scores: Score[]; seen: bigint }> {
    return this.#database.reading(async (ask) => {
      const seen = (await ask.get(GREATEST_ID))!;
      const rows = await ask.all(question, { stem, vra });
      // By diaSourceId; of several rows the latest counts.
      const flags = new Map((await ask.all(FLAGS, stem)).map(([diaSourceId, ...of]) => [diaSourceId, of]));
      const newest = newestByObject(
        await ask.all(SINCE_NEWEST_OF_STEM, { vra, stem, refused: refusedVersion ?? null }),
        refusedVersion,
      );
      const isNewest = ([id, diaObjectId]: ScoreRow) => diaObjectId !== null && newest.get(diaObjectId) === id;
      const objects = history > 0 ? rows.filter(isNewest).map(([, diaObjectId]) => diaObjectId!) : [];
      const last = await lastScoresOfObjects(ask, vra, objects, newest, history, refusedVersion);
      const scores = rows.map((row): Score => {
        const [id, diaObjectId, diaSourceId, score, modelVersion, receivedMs] = row;
        const canBeSent = unsendable({ diaSourceId, score, modelVersion }, refusedVersion) === undefined;
        return {
          id,
          diaObjectId,
          diaSourceId,
          score,
          modelVersion,
          flags: flags.get(String(diaSourceId)),
          receivedMs: receivedMs ?? undefined,
          isSuperseded: diaObjectId !== null && canBeSent && !isNewest(row),
          history: last.get(id) ?? [],
        };
      });
      return { scores, seen };
    });
  }

  /**
   * The ID of the newest score that can be sent of each object that one of `scores` is of. It reads an object's scores since
   * the one that Lasair accepted last, which was the newest of those before it: an object may have hundreds.
   *
   * @param scores IDs of provenance rows
   */
  async newest(
    vra: string,
    scores: readonly bigint[],
    refusedVersion?: string,
    ask: Questions = this.#database,
  ): Promise<Map<bigint, bigint>> {
    const rows = await ask.all(SINCE_NEWEST, { vra, scores, refused: refusedVersion ?? null });
    return newestByObject(rows, refusedVersion);
  }

  /** Those of `planned` that are not the newest of their objects any more: a score came since they were planned. */
  async superseded<Row extends Planned>(
    tx: Writing,
    vra: string,
    planned: readonly Row[],
    refusedVersion?: string,
  ): Promise<Set<Row>> {
    const greatest = (await tx.get(GREATEST_ID))!;
    const earlier = planned.filter(({ seen }) => seen < greatest);
    if (earlier.length === 0) return new Set();
    const objects = earlier.map(({ diaObjectId }) => diaObjectId);
    const after = earlier.reduce((least, { seen }) => (seen < least ? seen : least), greatest);
    const greatestOf = new Map(await tx.all(GREATEST_AFTER, { vra, objects, after }));
    const grown = earlier.filter(({ diaObjectId, seen }) => (greatestOf.get(diaObjectId) ?? 0n) > seen);
    if (grown.length === 0) return new Set();
    const newest = await this.newest(
      vra,
      grown.map(({ id }) => id),
      refusedVersion,
      tx,
    );
    return new Set(grown.filter(({ id, diaObjectId }) => newest.get(diaObjectId) !== id));
  }

  /**
   * Those of the objects of which Lasair may hold an annotation: one sent from here, also if it was refused, or one of the
   * Python pipeline, which leaves a done stem with a score that has no outcome.
   */
  async annotatedAmong(vra: string, objects: readonly bigint[]): Promise<Set<bigint>> {
    if (objects.length === 0) return new Set();
    const annotated = new Set(await this.#database.all(SENT, { vra, objects }));
    const others = objects.filter((object) => !annotated.has(object));
    if (others.length === 0) return annotated;
    for (const object of await this.#database.all(doneByPython(vra), { vra, objects: others })) annotated.add(object);
    return annotated;
  }
}

/** @param rows in the order of their IDs; one may come more than once */
function newestByObject(rows: readonly PastScoreRow[], refusedVersion?: string): Map<bigint, bigint> {
  const newest = new Map<bigint, PastScore>();
  for (const row of rows) {
    const before = newest.get(row[5]);
    const score = pastScoreOf(row);
    const better = newestOf(before ? [before, score] : [score], refusedVersion);
    if (better) newest.set(row[5], better);
  }
  return new Map([...newest].map(([diaObjectId, { id }]) => [diaObjectId, id]));
}

function doneByPython(vra: string): Question<bigint> {
  return valueQuestion(
    `SELECT DISTINCT p.diaObjectId FROM provenance p
     JOIN ${STATUS_TABLE.annotate} done ON done.stem = p.stem AND done.${columnOf(vra)} IN (1, -1)
     LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
     WHERE p.diaObjectId IN @objects AND p.model_name = @vra AND o.provenance_ID IS NULL`,
  );
}

/** Reads the scores of some scores' objects that are to be sent or that Lasair holds, of each object from the held one on. */
function sinceNewest(ofScores: string): Question<PastScoreRow> {
  return tupleQuestion(
    `SELECT ${PAST_SCORE} FROM (SELECT diaObjectId FROM provenance ${ofScores}) object
     LEFT JOIN annotation held ON held.vra = @vra AND held.diaObjectId = object.diaObjectId
     LEFT JOIN provenance accepted ON accepted.ID = held.accepted_ID AND accepted.model_version IS DISTINCT FROM @refused
     JOIN provenance p ON p.diaObjectId = object.diaObjectId AND p.model_name = @vra AND p.ID >= coalesce(accepted.ID, 0)
     LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
     LEFT JOIN source ON source.diaSourceId = p.diaSourceId
     WHERE o.outcome IS NULL OR o.outcome NOT IN ('accepted', 'superseded') OR p.ID = held.accepted_ID
     ORDER BY p.ID`,
  );
}
