import { isDone } from '@lvra/core';
import type { AnnotationOutcome } from '../annotations/outcomes.js';
import { THRESHOLD_FLAGS } from '../annotations/scores.js';
import { newestFirst } from '../annotations/source-order.js';
import type { Database } from '../database.js';
import { question, valueQuestion } from '../statements.js';
import { STATUS_TABLE } from '../status-tables.js';
import { THRESHOLDS } from '../thresholds.js';
import { type StatusRow, statusIn } from './status-rows.js';

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

/** How often an object was brighter than some magnitudes, as one of its alerts told. */
export interface ObjectFlags {
  readonly stem: string;
  readonly diaSourceId: bigint | null;
  /** From the faintest magnitude. */
  readonly thresholds: readonly {
    readonly magnitude: number;
    /** Of its sources; null where the row has no number. */
    readonly brighter: number | null;
    /** Whether its latest source was the first one so bright. */
    readonly isFirst: boolean;
  }[];
}

interface ScoreRow {
  id: bigint;
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

/** What Lasair holds of an object, or may hold, for one VRA. */
interface Held {
  vra: string;
  accepted: bigint | null;
  unanswered: bigint | null;
}

const SCORES = question<ScoreRow>(
  `SELECT p.ID AS id, p.diaSourceId AS "diaSourceId", source.midpointMjdTai AS "midpointMjdTai", p.stem, p.score,
     p.model_name AS vra, p.model_version AS version, o.outcome, o.at, o.detail
   FROM provenance p LEFT JOIN source ON source.diaSourceId = p.diaSourceId
   LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
   WHERE p.diaObjectId = ? ORDER BY p.ID DESC`,
);
const HELD = question<Held>(
  `SELECT vra, accepted_ID AS accepted, CASE WHEN sending_until > 0 OR doubt_until > 0 THEN sending_ID END AS unanswered
   FROM annotation WHERE vra IN @vras AND diaObjectId = @diaObjectId`,
);
/** With every VRA's column: provenance may name models that have none. */
export const STATUSES = question<StatusRow>(`SELECT * FROM ${STATUS_TABLE.annotate} WHERE stem IN @stems`);
/** By stem: the rows of an object have no index. */
const FLAGS = question<{ stem: string; diaSourceId: bigint | null } & Record<string, unknown>>(
  `SELECT stem, diaSourceId AS "diaSourceId", ${THRESHOLD_FLAGS.join(', ')} FROM threshold_flags_provenance
   WHERE stem IN @stems AND diaObjectId = @diaObjectId ORDER BY stem DESC, ID DESC`,
);
const LAST_STEM = valueQuestion<string>('SELECT stem FROM diaobjid_stems WHERE diaObjectId = ?');

/** What is recorded of single objects, to be shown. Every query uses an index and reads only the object's rows. */
export class ObjectHistory {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The stem that an object was last in; undefined if no alert was ever about it. */
  lastStem(diaObjectId: bigint): Promise<string | undefined> {
    return this.#database.get(LAST_STEM, diaObjectId);
  }

  /** Its threshold flags in some stems, newest first: reads all rows of these stems, so few should be asked for. */
  async flags(diaObjectId: bigint, stems: readonly string[]): Promise<ObjectFlags[]> {
    return (await this.#database.all(FLAGS, { diaObjectId, stems })).map(({ stem, diaSourceId, ...row }) => ({
      ...{ stem, diaSourceId },
      thresholds: THRESHOLDS.map((magnitude) => ({
        magnitude,
        brighter: countIn(row[`n_gt${magnitude}`]),
        isFirst: countIn(row[`first${magnitude}`]) === 1,
      })),
    }));
  }

  /** All scores of an object, of all VRAs and versions: newest source first, of one source the latest first. */
  scores(diaObjectId: bigint): Promise<ObjectScore[]> {
    return this.#database.reading(async (ask) => {
      const rows = await ask.all(SCORES, diaObjectId);
      const vras = [...new Set(rows.map(({ vra }) => vra))].filter((vra) => typeof vra === 'string');
      const held = await ask.all(HELD, { vras, diaObjectId });
      const statuses = await ask.all(STATUSES, { stems: [...new Set(rows.map(({ stem }) => stem))] });
      return newestFirst(scoresIn(rows, held, statuses));
    });
  }
}

function countIn(value: unknown): number | null {
  return typeof value === 'bigint' ? Number(value) : null;
}

/** @param rows with the last ID first */
function scoresIn(rows: readonly ScoreRow[], held: readonly Held[], statuses: readonly StatusRow[]): ObjectScore[] {
  const heldOf = new Map(held.map((each) => [each.vra, each]));
  const statusOf = new Map(statuses.map((each) => [each.stem, each]));
  const fated = rows.map((row) => ({ row, ...fateOf(row, heldOf.get(row.vra), statusOf.get(row.stem)) }));
  const lastOfPython = new Map(
    fated.flatMap(({ row, fate }) => (fate === 'sent' ? [[row.vra, row.id] as const] : [])).reverse(),
  );
  const currentOf = (vra: string) => (heldOf.has(vra) ? heldOf.get(vra)?.accepted : lastOfPython.get(vra));
  return fated.map(({ row, fate, fateAt }) => ({
    ...{ provenanceId: row.id, diaSourceId: row.diaSourceId, midpointMjdTai: row.midpointMjdTai },
    ...{ stem: row.stem, score: row.score, vra: row.vra, modelVersion: row.version, fate, fateAt },
    fateDetail: row.detail ?? undefined,
    isCurrent: row.id === currentOf(row.vra),
  }));
}

/** @param status the row of the score's stem in the status table of annotating */
export function fateOf(
  { id, vra, outcome, at }: Pick<ScoreRow, 'id' | 'vra' | 'outcome' | 'at'>,
  held: Pick<Held, 'unanswered'> | undefined,
  status: StatusRow | undefined,
): { fate: Fate; fateAt: number | undefined } {
  if (outcome !== null) return { fate: outcome, fateAt: Number(at) };
  if (id === held?.unanswered) return { fate: 'unanswered', fateAt: undefined };
  const code = typeof vra === 'string' ? statusIn(status, vra) : null;
  if (typeof code !== 'number' || !isDone(code)) return { fate: 'unsent', fateAt: undefined };
  return { fate: 'sent', fateAt: Date.parse(`${String(status?.timestamp).replace(' ', 'T')}Z`) };
}
