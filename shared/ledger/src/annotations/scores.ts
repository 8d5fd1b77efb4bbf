import type { Database } from '../sqlite/connection.js';
import type { Statement } from '../sqlite/driver.js';
import { THRESHOLDS } from '../sqlite/python-schema.js';
import { columnOf, STATUS_TABLE } from '../sqlite/status-columns.js';
import { newestOf, unsendable } from './newest-score.js';
import { lastScores, type PastScore } from './score-history.js';

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

/** The scores of a VRA as annotating sees them: those of a stem, and the history of an object. */
export class AnnotationScores {
  readonly #database: Database;
  readonly #statements;
  readonly #byPython = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
    this.#statements = {
      greatestId: database.prepare<[], bigint>('SELECT coalesce(max(ID), 0) FROM provenance').pluck(),
      unsettled: database
        .prepare(
          `SELECT p.ID, p.diaObjectId, p.diaSourceId, p.score, p.model_version, source.received_ms FROM provenance p
           LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
           LEFT JOIN source ON source.diaSourceId = p.diaSourceId
           WHERE p.stem = @stem AND p.model_name = @vra AND coalesce(o.outcome, '') NOT IN ('accepted', 'superseded')
           ORDER BY p.ID`,
        )
        .raw(),
      ofStem: database
        .prepare(
          `SELECT p.ID, p.diaObjectId, p.diaSourceId, p.score, p.model_version, source.received_ms FROM provenance p
           LEFT JOIN source ON source.diaSourceId = p.diaSourceId
           WHERE p.stem = @stem AND p.model_name = @vra ORDER BY p.ID`,
        )
        .raw(),
      // Flags are small, and ids come as text: so these rows need no bigints and lose no digit.
      flags: database
        .prepare(
          `SELECT CAST(diaSourceId AS TEXT), ${THRESHOLD_FLAGS.join(', ')} FROM threshold_flags_provenance
           WHERE stem = ? ORDER BY ID`,
        )
        .raw()
        .safeIntegers(false),
      ofObject: database
        .prepare(
          `SELECT p.ID, p.diaSourceId, source.midpointMjdTai, p.model_version, p.score, p.diaObjectId FROM provenance p
           LEFT JOIN source ON source.diaSourceId = p.diaSourceId
           WHERE p.diaObjectId = ? AND p.model_name = ? ORDER BY p.ID`,
        )
        .raw(),
      sinceNewest: database.prepare(sinceNewest('(SELECT @diaObjectId AS diaObjectId)')).raw(),
      sinceNewestOfStem: database
        .prepare(sinceNewest('(SELECT diaObjectId FROM provenance WHERE stem = @stem AND model_name = @vra)'))
        .raw(),
      hasNewerThan: database.prepare(
        'SELECT 1 FROM provenance WHERE diaObjectId = ? AND ID > ? AND model_name = ? LIMIT 1',
      ),
      sent: database.prepare('SELECT 1 FROM annotation WHERE vra = ? AND diaObjectId = ?'),
    };
  }

  /** The unsettled scores of a stem, and the greatest provenance ID at that moment. */
  unsettled(vra: string, stem: string, wanted: Wanted = {}): { scores: Score[]; seen: bigint } {
    return this.#scoresOf(this.#statements.unsettled, vra, stem, wanted);
  }

  /** All scores of a stem, settled or not, and the greatest provenance ID at that moment. */
  ofStem(vra: string, stem: string, wanted: Wanted = {}): { scores: Score[]; seen: bigint } {
    return this.#scoresOf(this.#statements.ofStem, vra, stem, wanted);
  }

  #scoresOf(
    statement: Statement,
    vra: string,
    stem: string,
    { refusedVersion, history = 0 }: Wanted,
  ): { scores: Score[]; seen: bigint } {
    return this.#database.transaction(() => {
      const seen = this.greatestId();
      const rows = statement.all({ stem, vra }) as [
        bigint,
        Integer,
        Integer,
        number | null,
        string | null,
        number | null,
      ][];
      const flags = this.#flagsOf(stem);
      const newest = this.#newestOfStem(vra, stem, refusedVersion);
      const scores = rows.map(([id, diaObjectId, diaSourceId, score, modelVersion, receivedMs]): Score => {
        const isNewest = diaObjectId !== null && newest.get(diaObjectId) === id;
        const canBeSent = unsendable({ diaSourceId, score, modelVersion }, refusedVersion) === undefined;
        return {
          id,
          diaObjectId,
          diaSourceId,
          score,
          modelVersion,
          flags: flags.get(String(diaSourceId)),
          receivedMs: receivedMs ?? undefined,
          isSuperseded: diaObjectId !== null && canBeSent && !isNewest,
          history: isNewest && history > 0 ? this.#historyOf(vra, diaObjectId, id, { refusedVersion, history }) : [],
        };
      });
      return { scores, seen };
    })();
  }

  #historyOf(vra: string, diaObjectId: bigint, newestId: bigint, { refusedVersion, history = 0 }: Wanted) {
    const all = this.ofObject(vra, diaObjectId);
    return lastScores(all, all.find(({ id }) => id === newestId)!, history, refusedVersion);
  }

  /**
   * The ID of an object's newest score that can be sent. It reads the scores since the one that Lasair accepted last, which
   * was the newest of those before it: an object may have hundreds.
   */
  newest(vra: string, diaObjectId: bigint, refusedVersion?: string): bigint | undefined {
    const rows = this.#statements.sinceNewest.all({ vra, diaObjectId, refused: refusedVersion ?? null });
    return newestByObject(rows, refusedVersion).get(diaObjectId);
  }

  /** The same for each object of a stem, in one query. */
  #newestOfStem(vra: string, stem: string, refusedVersion?: string): Map<bigint, bigint> {
    const rows = this.#statements.sinceNewestOfStem.all({ vra, stem, refused: refusedVersion ?? null });
    return newestByObject(rows, refusedVersion);
  }

  /** By diaSourceId; of several rows the latest counts. */
  #flagsOf(stem: string): Map<string, (number | null)[]> {
    const rows = this.#statements.flags.all(stem) as [string, ...(number | null)[]][];
    return new Map(rows.map(([diaSourceId, ...flags]) => [diaSourceId, flags]));
  }

  /** All scores of an object, in the order of their IDs. */
  ofObject(vra: string, diaObjectId: bigint): PastScore[] {
    const rows = this.#statements.ofObject.all(diaObjectId, vra) as PastScoreRow[];
    return rows.map(pastScoreOf);
  }

  /** Of all VRAs. */
  greatestId(): bigint {
    return this.#statements.greatestId.get() as bigint;
  }

  /** Whether the object has scores with an ID greater than `seen`. */
  hasNewerThan(vra: string, diaObjectId: bigint, seen: bigint): boolean {
    return this.#statements.hasNewerThan.get(diaObjectId, seen, vra) !== undefined;
  }

  /**
   * Whether Lasair may hold an annotation of the object: one sent from here, also if it was refused, or one of the
   * Python pipeline, which leaves a done stem with a score that has no outcome.
   */
  hasAnnotation(vra: string, diaObjectId: bigint): boolean {
    if (this.#statements.sent.get(vra, diaObjectId) !== undefined) return true;
    let byPython = this.#byPython.get(vra);
    if (!byPython) {
      byPython = this.#database.prepare(
        `SELECT 1 FROM provenance p
         JOIN ${STATUS_TABLE.annotate} done ON done.stem = p.stem AND done.${columnOf(vra)} IN (1, -1)
         LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
         WHERE p.diaObjectId = ? AND p.model_name = ? AND o.provenance_ID IS NULL LIMIT 1`,
      );
      this.#byPython.set(vra, byPython);
    }
    return byPython.get(diaObjectId, vra) !== undefined;
  }
}

type PastScoreRow = [
  id: bigint,
  diaSourceId: Integer,
  midpointMjdTai: number | null,
  modelVersion: string | null,
  score: number | null,
  diaObjectId: bigint,
];

function pastScoreOf([id, diaSourceId, midpointMjdTai, modelVersion, score]: PastScoreRow): PastScore {
  return { id, diaSourceId, midpointMjdTai, modelVersion, score };
}

/** @param rows in the order of their IDs; one may come more than once */
function newestByObject(rows: unknown[], refusedVersion?: string): Map<bigint, bigint> {
  const newest = new Map<bigint, PastScore>();
  for (const row of rows as PastScoreRow[]) {
    const before = newest.get(row[5]);
    const score = pastScoreOf(row);
    const better = newestOf(before ? [before, score] : [score], refusedVersion);
    if (better) newest.set(row[5], better);
  }
  return new Map([...newest].map(([diaObjectId, { id }]) => [diaObjectId, id]));
}

/** Reads the scores of `objects` that are to be sent or that Lasair holds, of each object from the held one on. */
function sinceNewest(objects: string): string {
  return `SELECT p.ID, p.diaSourceId, source.midpointMjdTai, p.model_version, p.score, p.diaObjectId FROM ${objects} object
    LEFT JOIN annotation held ON held.vra = @vra AND held.diaObjectId = object.diaObjectId
    LEFT JOIN provenance accepted ON accepted.ID = held.accepted_ID AND accepted.model_version IS NOT @refused
    JOIN provenance p ON p.diaObjectId = object.diaObjectId AND p.model_name = @vra AND p.ID >= coalesce(accepted.ID, 0)
    LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
    LEFT JOIN source ON source.diaSourceId = p.diaSourceId
    WHERE o.outcome IS NULL OR o.outcome NOT IN ('accepted', 'superseded') OR p.ID = held.accepted_ID
    ORDER BY p.ID`;
}
