import { type Checksum, STAGES, type Stage } from '@lvra/core';
import type { AnnotationOutcome } from '../../annotations/outcomes.js';
import { THRESHOLD_FLAGS } from '../../annotations/scores.js';
import { Checksums, type Summed } from '../../intake/checksums.js';
import type { Database } from '../../sqlite/connection.js';
import { STATUS_TABLE } from '../../sqlite/status-columns.js';

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

/** The stems as the ledger has them, to compare with the files. It reads and never writes. */
export class StemVerification {
  readonly #database: Database;
  readonly #checksums: Checksums;
  readonly #statements;

  constructor(database: Database) {
    this.#database = database;
    this.#checksums = new Checksums(database);
    const tables = ['batch', ...Object.values(STATUS_TABLE)];
    this.#statements = {
      page: database
        .prepare<[Record<string, unknown>], string>(
          `${tables.map((table) => `SELECT stem FROM ${table} WHERE stem > @after AND stem <= @to`).join(' UNION ')}
           UNION SELECT stem FROM (SELECT DISTINCT stem FROM provenance WHERE stem > @after AND stem <= @to)
           ORDER BY stem LIMIT ${PAGE}`,
        )
        .pluck(),
      count: database
        .prepare<[string, string], bigint>('SELECT count(*) FROM feature_making WHERE stem BETWEEN ? AND ?')
        .pluck(),
      knows: database.prepare<[Record<string, unknown>], number>(
        `${tables.map((table) => `SELECT 1 FROM ${table} WHERE stem = @stem${table === 'batch' ? ' AND cleared_at IS NULL' : ''}`).join(' UNION ALL ')} LIMIT 1`,
      ),
      batch: database.prepare<[string], Record<string, unknown>>(
        'SELECT registered_at, abandoned_at, reserved_at, source, alerts, bytes, length(received_ms) AS received FROM batch WHERE stem = ?',
      ),
      offsets: database
        .prepare<[string], bigint | null>(
          'SELECT sum(next_offset - first_offset - left_out - gone - skipped) FROM batch_offsets WHERE stem = ?',
        )
        .pluck(),
      gone: database
        .prepare<[string], bigint>('SELECT coalesce(sum(gone), 0) FROM batch_offsets WHERE stem = ?')
        .pluck(),
      rows: Object.fromEntries(
        STAGES.map((stage) => [stage, database.prepare(`SELECT * FROM ${STATUS_TABLE[stage]} WHERE stem = ?`)]),
      ),
      done: database.prepare(
        'SELECT 1 FROM stem_event WHERE stem = ? AND stage = ? AND vra = ? AND status IN (1, -1) LIMIT 1',
      ),
      featuresMadeFor: database
        .prepare<[string], string>(
          "SELECT DISTINCT vra FROM stem_event WHERE stem = ? AND stage = 'feature' AND status IN (1, -1)",
        )
        .pluck(),
      traces: database.prepare<[Record<string, string>], { event: bigint; others: bigint }>(
        `SELECT EXISTS (SELECT 1 FROM stem_event WHERE stem = @stem AND stage = 'consumer') AS event,
           EXISTS (SELECT 1 FROM batch_offsets WHERE stem = @stem)
             OR EXISTS (SELECT 1 FROM checksum WHERE stem = @stem AND what = 'batch') AS others`,
      ),
      lastStatus: database
        .prepare<[string, string, string], bigint>(
          `SELECT status FROM stem_event WHERE stem = ? AND stage = ? AND vra = ?
             AND coalesce(detail, '') NOT LIKE 'replayed%' ORDER BY ID DESC LIMIT 1`,
        )
        .pluck(),
      dead: database.prepare('SELECT 1 FROM work WHERE stage = ? AND vra = ? AND stem = ? AND dead_at IS NOT NULL'),
      quarantined: database.prepare(
        'SELECT stage, position, path, bytes, offsets FROM quarantine WHERE stem = ? ORDER BY ID',
      ),
      unscored: database.prepare<[string, string], SourceFact>(
        "SELECT diaObjectId, diaSourceId FROM quarantine WHERE stem = ? AND stage = 'predict' AND vra = ?",
      ),
      flags: database.prepare(
        `SELECT f.ID, f.diaObjectId, f.diaSourceId, midpointMjdTai, ${THRESHOLD_FLAGS.join(', ')}
         FROM threshold_flags_provenance f LEFT JOIN source ON source.diaSourceId = f.diaSourceId
         WHERE f.stem = ? ORDER BY f.ID`,
      ),
      scores: database.prepare(
        `SELECT ID AS id, diaObjectId, diaSourceId, score, model_name AS model, model_version AS version, outcome
         FROM provenance LEFT JOIN annotation_outcome ON provenance_ID = ID WHERE stem = ? ORDER BY ID`,
      ),
    };
  }

  /** About how many stems there are from `from` to `to`, both included. */
  count(from: string, to: string): number {
    return Number(this.#statements.count.get(from, to));
  }

  /** The next stems after `after` and up to `to`, in order, some at a time; empty at the end. */
  page(after: string, to: string): string[] {
    return this.#statements.page.all({ after, to }) as string[];
  }

  /** Whether the ledger has the stem, or may have files of its name; an abandoned one has none once they were removed. */
  knows(stem: string): boolean {
    return this.#statements.knows.get({ stem }) !== undefined;
  }

  /** Some of the outcomes whose score is not there, by ID. */
  outcomesOfNothing(): bigint[] {
    return this.#database
      .prepare<[], bigint>(
        `SELECT provenance_ID FROM annotation_outcome o
         WHERE NOT EXISTS (SELECT 1 FROM provenance p WHERE p.ID = o.provenance_ID) LIMIT 100`,
      )
      .pluck()
      .all();
  }

  facts(stem: string): StemFacts {
    return this.#database.transaction(() => this.#read(stem))();
  }

  #read(stem: string): StemFacts {
    const statements = this.#statements;
    const batch = statements.batch.get(stem);
    const rows = Object.fromEntries(
      STAGES.map((stage) => [stage, statements.rows[stage]?.get(stem) as Record<string, unknown> | undefined]),
    );
    const quarantined = statements.quarantined.all(stem) as Record<string, unknown>[];
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
      offsets: (statements.offsets.get(stem) as bigint | null | undefined) ?? undefined,
      gone: statements.gone.get(stem) as bigint,
      status: (stage, vra) => statusIn(rows[stage], vra),
      doneByUs: (stage, vra) => statements.done.get(stem, stage, vra) !== undefined,
      featuresMadeFor: statements.featuresMadeFor.all(stem) as string[],
      traces: tracesIn(statements.traces.get({ stem })),
      hasVra: (name) => rows.feature !== undefined && columnNamed(rows.feature, name) !== undefined,
      lastStatus: (stage, vra) => {
        const status = statements.lastStatus.get(stem, stage, vra);
        return status === undefined ? undefined : Number(status);
      },
      checksum: (what) => this.#checksums.of(stem, what),
      isDead: (stage, vra) => statements.dead.get(stage, vra, stem) !== undefined,
      quarantined: quarantined.map(({ stage, position, path, bytes, offsets }) => ({
        stage: String(stage),
        position: numberOf(position),
        path: String(path),
        bytes: numberOf(bytes),
        offsets: numberOf(offsets),
      })),
      unscored: (vra) => statements.unscored.all(stem, vra),
      flags: (statements.flags.raw().all(stem) as [bigint, ...unknown[]][]).map(flagFact),
      scores: (statements.scores.all(stem) as ScoreFact[]).map((row) => ({ ...row, ...idsIn(row) })),
    };
  }
}

/** A value that should be a whole number; `ValueVerification` reports what is not. */
function numberOf(value: unknown): number {
  return typeof value === 'bigint' ? Number(value) : 0;
}

function idsIn({ diaObjectId, diaSourceId }: Readonly<Record<keyof SourceFact, unknown>>): SourceFact {
  const idOf = (value: unknown) => (typeof value === 'bigint' ? value : null);
  return { diaObjectId: idOf(diaObjectId), diaSourceId: idOf(diaSourceId) };
}

function flagFact([id, diaObjectId, diaSourceId, midpointMjdTai, ...values]: [bigint, ...unknown[]]): FlagFact {
  return { id, ...idsIn({ diaObjectId, diaSourceId }), midpointMjdTai, values };
}

function tracesIn(row: { event: bigint; others: bigint } | undefined): { event: boolean; others: boolean } {
  return { event: row?.event === 1n, others: row?.others === 1n };
}

function statusIn(row: Record<string, unknown> | undefined, vra: string): number | null | undefined {
  if (row === undefined) return undefined;
  const code = row[columnNamed(row, vra) ?? ''];
  if (code === null || code === undefined) return null;
  // A status that is no number is not done: the stage takes the stem.
  return typeof code === 'bigint' ? Number(code) : Number.NaN;
}

/** The name of a VRA's column, in the table's spelling. */
function columnNamed(row: Record<string, unknown>, vra: string): string | undefined {
  const wanted = vra.toLowerCase();
  return Object.keys(row).find((name) => name.toLowerCase() === wanted);
}
