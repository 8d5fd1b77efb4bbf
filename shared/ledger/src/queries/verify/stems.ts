import { type Checksum, isDone, STAGES, type Stage } from '@lvra/core';
import type { AnnotationOutcome } from '../../annotations/outcomes.js';
import { THRESHOLD_FLAGS } from '../../annotations/scores.js';
import type { Database, Questions } from '../../database.js';
import { nameOf, type Summed } from '../../intake/checksums.js';
import { question, tupleQuestion, valueQuestion } from '../../statements.js';
import { STATUS_TABLE } from '../../status-tables.js';
import { columnNamed, statusIn, statusRowsOf } from '../status-rows.js';

/** One score, and its outcome at Lasair. */
export interface ScoreFact {
  /** Of its provenance row. */
  readonly id: bigint;
  readonly diaObjectId: bigint | null;
  readonly diaSourceId: bigint | null;
  readonly model: string;
  readonly version: string | null;
  /** As it is in the ledger, a number or not. */
  readonly score: unknown;
  /** One of ANNOTATION_OUTCOMES, or what was written by hand; null if there is none. */
  readonly outcome: AnnotationOutcome | string | null;
}

/** Two ids that belong together. */
export interface SourceFact {
  readonly diaObjectId: bigint | null;
  readonly diaSourceId: bigint | null;
}

/** The threshold flags of one source. */
export interface FlagFact extends SourceFact {
  /** Of the row of threshold_flags_provenance. */
  readonly id: bigint;
  /** The columns of THRESHOLD_FLAGS in their order. */
  readonly values: readonly unknown[];
  /** Of the source, as the ledger has it; null if it has no row of the source. */
  readonly midpointMjdTai: unknown;
}

export interface QuarantineFact {
  readonly stage: string;
  readonly position: number;
  /** Below the data root. */
  readonly path: string;
  readonly bytes: number;
  /** How many offsets of Kafka it stands for. */
  readonly offsets: number;
}

/** Everything that the ledger has of one stem, as of one moment. */
export interface StemFacts {
  readonly stem: string;
  /** Undefined for a stem of the Python pipeline. */
  readonly batch:
    | {
        readonly registered: boolean;
        /** Whether the name was given up: nothing is to be there under it. */
        readonly abandoned: boolean;
        readonly reservedAt: number;
        /** kafka, replay, simulate, quarantine. */
        readonly source: string | undefined;
        readonly alerts: number;
        readonly bytes: number;
        /** How many arrival times it has. */
        readonly arrivals: number;
      }
    | undefined;
  /**
   * How many messages of Kafka its offsets had for it: without those left out, those that were gone, and offsets without a
   * message. Undefined if it has no offsets, as a replayed stem.
   */
  readonly offsets: bigint | undefined;
  /** How many messages Kafka's retention had removed before they were read. */
  readonly gone: bigint;
  /** By stage and VRA; undefined if the stem has no row in the stage's table, null if it is not for the VRA. */
  status(stage: Stage, vra: string): number | null | undefined;
  /** Whether this consumer left a trace besides the batch: its event, offsets, or the batch file's checksum. */
  readonly traces: { readonly event: boolean; readonly others: boolean };
  /** Whether the status tables have a column of this name. */
  hasVra(name: string): boolean;
  /** The status of the last event of a stage, except those of replays; undefined if there is none. */
  lastStatus(stage: Stage, vra: string): number | undefined;
  /** Whether this pipeline finished the stem in this stage; otherwise the Python pipeline did. */
  doneByUs(stage: Stage, vra: string): boolean;
  /** The VRAs for which this pipeline ever made features of the stem. */
  readonly featuresMadeFor: readonly string[];
  /** The checksum of what this pipeline made; undefined if it has none. */
  checksum(what: Summed): Checksum | undefined;
  /** Whether the stage has given up on it. */
  isDead(stage: Stage, vra: string): boolean;
  readonly quarantined: readonly QuarantineFact[];
  /** The alerts that a VRA's model could not score. */
  unscored(vra: string): SourceFact[];
  readonly flags: readonly FlagFact[];
  readonly scores: readonly ScoreFact[];
}

/** How many stems are read from the ledger's indexes at a time. */
const PAGE = 1_000;

const TABLES = ['batch', ...Object.values(STATUS_TABLE)];
const NEXT = valueQuestion<string>(
  `${TABLES.map((table) => `SELECT stem FROM ${table} WHERE stem > @after AND stem <= @to`).join(' UNION ')}
   UNION SELECT stem FROM (SELECT DISTINCT stem FROM provenance WHERE stem > @after AND stem <= @to) scored
   ORDER BY stem LIMIT ${PAGE}`,
);
const COUNT = valueQuestion<bigint>('SELECT count(*) FROM feature_making WHERE stem BETWEEN ? AND ?');
const KNOWS = valueQuestion<bigint>(
  `${TABLES.map((table) => `SELECT 1 FROM ${table} WHERE stem = @stem${table === 'batch' ? ' AND cleared_at IS NULL' : ''}`).join(' UNION ALL ')} LIMIT 1`,
);
const OUTCOMES_OF_NOTHING = valueQuestion<bigint>(
  `SELECT provenance_ID FROM annotation_outcome o
   WHERE NOT EXISTS (SELECT 1 FROM provenance p WHERE p.ID = o.provenance_ID) LIMIT 100`,
);

/** Values may be of any type: SQLite lets them in. */
type Row = Readonly<Record<string, unknown>>;

const BATCH = question<Row>(
  `SELECT registered_at, abandoned_at, reserved_at, source, alerts, bytes, CAST(length(received_ms) AS BIGINT) AS received
   FROM batch WHERE stem = ?`,
);
const OFFSETS = question<{ ranges: bigint; messages: bigint | null; gone: bigint }>(
  `SELECT count(*) AS ranges, CAST(sum(next_offset - first_offset - left_out - gone - skipped) AS BIGINT) AS messages,
     CAST(coalesce(sum(gone), 0) AS BIGINT) AS gone
   FROM batch_offsets WHERE stem = ?`,
);
const EVENTS = question<{ stage: string; vra: string; status: bigint; detail: string | null }>(
  'SELECT stage, vra, status, detail FROM stem_event WHERE stem = ? ORDER BY ID',
);
const CHECKSUMS = question<{ what: string; bytes: bigint; crc32: bigint }>(
  'SELECT what, bytes, crc32 FROM checksum WHERE stem = ?',
);
const DEAD = question<{ stage: string; vra: string }>(
  `SELECT stage, vra FROM work WHERE stage IN @stages AND vra IN @vras AND stem = @stem AND dead_at IS NOT NULL`,
);
const QUARANTINED = question<Row>(
  `SELECT stage, vra, diaObjectId AS "diaObjectId", diaSourceId AS "diaSourceId", position, path, bytes, offsets
   FROM quarantine WHERE stem = ? ORDER BY ID`,
);
const FLAGS = tupleQuestion<[bigint, ...unknown[]]>(
  `SELECT f.ID, f.diaObjectId, f.diaSourceId, midpointMjdTai, ${THRESHOLD_FLAGS.join(', ')}
   FROM threshold_flags_provenance f LEFT JOIN source ON source.diaSourceId = f.diaSourceId
   WHERE f.stem = ? ORDER BY f.ID`,
);
const SCORES = question<ScoreFact>(
  `SELECT ID AS id, diaObjectId AS "diaObjectId", diaSourceId AS "diaSourceId", score, model_name AS model,
     model_version AS version, outcome
   FROM provenance LEFT JOIN annotation_outcome ON provenance_ID = ID WHERE stem = ? ORDER BY ID`,
);

/** The stems as the ledger has them, to compare with the files. It reads and never writes. */
export class StemVerification {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** About how many stems there are from `from` to `to`, both included. */
  async count(from: string, to: string): Promise<number> {
    return Number(await this.#database.get(COUNT, from, to));
  }

  /** The next stems after `after` and up to `to`, in order, some at a time; empty at the end. */
  page(after: string, to: string): Promise<string[]> {
    return this.#database.all(NEXT, { after, to });
  }

  /** Whether the ledger has the stem, or may have files of its name; an abandoned one has none once they were removed. */
  async knows(stem: string): Promise<boolean> {
    return (await this.#database.get(KNOWS, { stem })) !== undefined;
  }

  /** Some of the outcomes whose score is not there, by ID. */
  outcomesOfNothing(): Promise<bigint[]> {
    return this.#database.all(OUTCOMES_OF_NOTHING);
  }

  facts(stem: string): Promise<StemFacts> {
    return this.#database.reading((ask) => factsOf(ask, stem));
  }
}

async function factsOf(ask: Questions, stem: string): Promise<StemFacts> {
  const batch = await ask.get(BATCH, stem);
  const rows = await statusRowsOf(ask, stem);
  const offsets = (await ask.get(OFFSETS, stem))!;
  const events = (await ask.all(EVENTS, stem)).map((event) => ({ ...event, status: Number(event.status) }));
  const checksums = new Map((await ask.all(CHECKSUMS, stem)).map((row) => [row.what, row]));
  const vras = [...new Set([...Object.keys(rows.feature ?? {}), ...events.map(({ vra }) => vra)])];
  const dead = await ask.all(DEAD, { stages: STAGES, vras, stem });
  const quarantined = await ask.all(QUARANTINED, stem);
  const of = (stage: Stage, vra: string) => events.filter((event) => event.stage === stage && event.vra === vra);
  return {
    stem,
    batch: batch && {
      registered: batch.registered_at !== null,
      abandoned: batch.abandoned_at !== null,
      reservedAt: numberOf(batch.reserved_at),
      source: typeof batch.source === 'string' ? batch.source : undefined,
      alerts: numberOf(batch.alerts),
      bytes: numberOf(batch.bytes),
      arrivals: numberOf(batch.received) / 8,
    },
    offsets: offsets.messages ?? undefined,
    gone: offsets.gone,
    status: (stage, vra) => statusIn(rows[stage], vra),
    doneByUs: (stage, vra) => of(stage, vra).some(({ status }) => isDone(status)),
    featuresMadeFor: [
      ...new Set(events.filter(({ stage, status }) => stage === 'feature' && isDone(status)).map(({ vra }) => vra)),
    ],
    traces: {
      event: events.some(({ stage }) => stage === 'consumer'),
      others: offsets.ranges > 0n || checksums.has(nameOf({ kind: 'batch' })),
    },
    hasVra: (name) => rows.feature !== undefined && columnNamed(rows.feature, name) !== undefined,
    lastStatus: (stage, vra) => of(stage, vra).findLast(({ detail }) => !isOfReplay(detail))?.status,
    checksum: (what) => {
      const sum = checksums.get(nameOf(what));
      return sum && { bytes: Number(sum.bytes), crc32: Number(sum.crc32) };
    },
    isDead: (stage, vra) => dead.some((row) => row.stage === stage && row.vra === vra),
    quarantined: quarantined.map(({ stage, position, path, bytes, offsets: count }) => ({
      stage: String(stage),
      position: numberOf(position),
      path: String(path),
      bytes: numberOf(bytes),
      offsets: numberOf(count),
    })),
    unscored: (vra) => quarantined.filter((row) => row.stage === 'predict' && row.vra === vra).map(idsIn),
    flags: (await ask.all(FLAGS, stem)).map(flagFact),
    scores: (await ask.all(SCORES, stem)).map((row) => ({ ...row, ...idsIn(row) })),
  };
}

const isOfReplay = (detail: string | null) => String(detail).toLowerCase().startsWith('replayed');

/** A value that should be a whole number; `lvra verify` reports what is not. */
function numberOf(value: unknown): number {
  return typeof value === 'bigint' ? Number(value) : 0;
}

function idsIn({
  diaObjectId,
  diaSourceId,
}: {
  readonly diaObjectId?: unknown;
  readonly diaSourceId?: unknown;
}): SourceFact {
  const idOf = (value: unknown) => (typeof value === 'bigint' ? value : null);
  return { diaObjectId: idOf(diaObjectId), diaSourceId: idOf(diaSourceId) };
}

function flagFact([id, diaObjectId, diaSourceId, midpointMjdTai, ...values]: [bigint, ...unknown[]]): FlagFact {
  return { id, ...idsIn({ diaObjectId, diaSourceId }), midpointMjdTai, values };
}
