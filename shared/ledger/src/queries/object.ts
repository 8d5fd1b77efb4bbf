import { isDone } from '@lvra/core';
import type { AnnotationOutcome } from '../annotations/outcomes.js';
import { newestFirst } from '../annotations/source-order.js';
import type { Database } from '../sqlite/connection.js';
import { columnOf, STATUS_TABLE } from '../sqlite/status-columns.js';

/** The result of a score at Lasair. */
export type Fate =
  | AnnotationOutcome
  /** Sent by the Python pipeline, which keeps no outcome of single scores. */
  | 'sent'
  /** Sent, and not answered yet or never. */
  | 'unanswered'
  /** Not sent: it waits, or its VRA does not annotate. */
  | 'unsent';

/** One score of an object. */
export interface ObjectScore {
  readonly provenanceId: bigint;
  readonly diaSourceId: bigint | null;
  /** When the source was observed, MJD TAI; null for sources that only the Python pipeline has seen. */
  readonly midpointMjdTai: number | null;
  readonly stem: string;
  readonly score: number | null;
  /** `provenance.model_name`, the VRA. */
  readonly vra: string;
  readonly modelVersion: string | null;
  readonly fate: Fate;
  /** When its fate was recorded, ms since 1970; if the Python pipeline sent it, when the stem was done. */
  readonly fateAt: number | undefined;
  readonly fateDetail: string | undefined;
  /** Whether it is the one that Lasair shows; among those that the Python pipeline sent, the last. */
  readonly isCurrent: boolean;
}

interface ScoreRow {
  ID: bigint;
  diaSourceId: bigint | null;
  midpointMjdTai: number | null;
  stem: string;
  score: number | null;
  vra: string;
  version: string | null;
  outcome: AnnotationOutcome | null;
  at: bigint | null;
  detail: string | null;
}

interface Held {
  accepted: bigint | null;
  unanswered: bigint | null;
}

/** What is recorded of single objects, to be shown. Every query uses an index and reads only the object's rows. */
export class ObjectHistory {
  readonly #database: Database;
  readonly #statements;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = {
      scores: database.prepare<[bigint], ScoreRow>(
        `SELECT p.ID, p.diaSourceId, source.midpointMjdTai, p.stem, p.score, p.model_name AS vra,
           p.model_version AS version, o.outcome, o.at, o.detail
         FROM provenance p LEFT JOIN source ON source.diaSourceId = p.diaSourceId
         LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
         WHERE p.diaObjectId = ? ORDER BY p.ID DESC`,
      ),
      held: database.prepare<[string, bigint], Held>(
        `SELECT accepted_ID AS accepted, CASE WHEN max(sending_until, doubt_until) > 0 THEN sending_ID END AS unanswered
         FROM annotation WHERE vra = ? AND diaObjectId = ?`,
      ),
      lastStem: database.prepare<[bigint], string>('SELECT stem FROM diaobjid_stems WHERE diaObjectId = ?').pluck(),
      hasColumn: database.prepare<[string, string]>('SELECT 1 FROM pragma_table_info(?) WHERE name = ?'),
    };
  }

  /** The stem that an object was last in; undefined if no alert was ever about it. */
  lastStem(diaObjectId: bigint): string | undefined {
    return this.#statements.lastStem.get(diaObjectId) as string | undefined;
  }

  /** All scores of an object, of all VRAs and versions: newest source first, of one source the latest first. */
  scores(diaObjectId: bigint): ObjectScore[] {
    const rows = this.#statements.scores.all(diaObjectId);
    const fates = new Map(
      [...new Set(rows.map(({ vra }) => vra))].map((vra) => [vra, this.#fates(vra, diaObjectId, rows)]),
    );
    return newestFirst(
      rows.map((row): ObjectScore => {
        const { fateOf, current } = fates.get(row.vra) as Fates;
        return {
          ...{ provenanceId: row.ID, diaSourceId: row.diaSourceId, midpointMjdTai: row.midpointMjdTai },
          ...{ stem: row.stem, score: row.score, vra: row.vra, modelVersion: row.version },
          ...fateOf(row),
          fateDetail: row.detail ?? undefined,
          isCurrent: row.ID === current,
        };
      }),
    );
  }

  #fates(vra: string, diaObjectId: bigint, rows: readonly ScoreRow[]): Fates {
    const held = this.#statements.held.get(vra, diaObjectId);
    const doneAt = this.#doneAt(vra);
    const fateOf = (row: ScoreRow) => {
      if (row.outcome !== null) return { fate: row.outcome, fateAt: Number(row.at) };
      if (row.ID === held?.unanswered) return { fate: 'unanswered', fateAt: undefined } as const;
      const fateAt = doneAt(row.stem);
      return { fate: fateAt === undefined ? 'unsent' : 'sent', fateAt } as const;
    };
    // Rows come with the last ID first.
    const lastOfPython = rows.find((row) => row.vra === vra && fateOf(row).fate === 'sent')?.ID;
    return { fateOf, current: held ? (held.accepted ?? undefined) : lastOfPython };
  }

  /** When annotating a stem was done, ms since 1970; undefined if it is not. */
  #doneAt(vra: string): (stem: string) => number | undefined {
    // Provenance may name models that have no column here.
    if (!this.#statements.hasColumn.get(STATUS_TABLE.annotate, vra)) return () => undefined;
    const statement = this.#database.prepare<[string], { status: bigint | null; at: string }>(
      `SELECT ${columnOf(vra)} AS status, timestamp AS at FROM ${STATUS_TABLE.annotate} WHERE stem = ?`,
    );
    return (stem) => {
      const row = statement.get(stem);
      if (!row || row.status === null || !isDone(Number(row.status))) return undefined;
      return Date.parse(`${row.at.replace(' ', 'T')}Z`);
    };
  }
}

interface Fates {
  fateOf(row: ScoreRow): { fate: Fate; fateAt: number | undefined };
  /** Of the provenance row whose annotation Lasair shows. */
  readonly current: bigint | undefined;
}
