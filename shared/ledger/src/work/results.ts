import { type Checksum, isDone, STATUS } from '@lvra/core';
import type { Database, Writing } from '../database.js';
import { Checksums, checksumOfScores, type SummedScore } from '../intake/checksums.js';
import { type QuarantineEntry, QuarantineLedger } from '../quarantine.js';
import { Insert, question, valueQuestion } from '../statements.js';
import { THRESHOLDS } from '../thresholds.js';
import { ScoreCounts } from './score-histogram.js';
import type { WorkQueue } from './work-queue.js';

/** Threshold flags of one feature row, in the order of THRESHOLDS: 22, 21, 20, 19, 18. */
export interface ThresholdFlags {
  /** How many sources are brighter than each magnitude. */
  readonly count: readonly number[];
  /** 1 if exactly one source is brighter and it is the latest. */
  readonly first: readonly (0 | 1)[];
}

/** What the ledger keeps of one feature row. */
export interface FeatureRecord {
  readonly diaObjectId: bigint;
  readonly diaSourceId: bigint;
  readonly midpointMjdTai: number;
  /** When Kafka received the alert, ms since 1970. */
  readonly receivedMs: number | undefined;
  /** Of the source: degrees (ICRS), and nJy of the difference image. These and the band are undefined where unknown. */
  readonly ra?: number | undefined;
  readonly decl?: number | undefined;
  readonly psfFlux?: number | undefined;
  /** u, g, r, i, z or y. */
  readonly band?: string | undefined;
  readonly flags: ThresholdFlags;
}

/** A feature file as it was made. */
export interface FeatureFile {
  /** The name of the set of features. */
  readonly set: string;
  readonly checksum: Checksum;
}

/** The score of one source: 0 bogus to 1 real, for r0b. */
export interface ScoreRecord {
  readonly diaObjectId: bigint;
  readonly diaSourceId: bigint;
  readonly score: number;
}

/** What goes with the scores of a stem. */
export interface WithScores {
  /** The alerts that the model could not score. */
  readonly quarantined?: readonly QuarantineEntry[];
  /** The work of the annotate stage, and whether these scores are to be annotated. */
  readonly annotate?: { readonly work: WorkQueue; readonly isWanted: boolean };
}

/** The model that scored a stem. */
export interface ScoringModel {
  /** The VRA's. */
  readonly name: string;
  readonly version: string;
  /** The bins in which its scores are counted by night; undefined counts none. */
  readonly edges?: readonly number[];
}

interface Settlement {
  readonly status: 1 | -1;
  readonly now: number;
  readonly durationMs: number;
  readonly detail?: string;
}

/** The detail in the history of a scored stem that is not annotated. */
export const NOT_ANNOTATED = 'not wanted: ANNOTATE is no';

const FLAGGED = valueQuestion<bigint>('SELECT diaSourceId FROM threshold_flags_provenance WHERE stem = ?');
const FLAG_COLUMNS = ['n_gt', 'brighter', 'first'].flatMap((prefix) => THRESHOLDS.map((m) => `${prefix}${m}`));
const ADD_FLAGS = new Insert('threshold_flags_provenance', {
  ...{ diaObjectId: 'integer', diaSourceId: 'integer', stem: 'text' },
  ...Object.fromEntries(FLAG_COLUMNS.map((column) => [column, 'integer' as const])),
});
const ADD_SOURCES = new Insert(
  'source',
  {
    ...{ diaSourceId: 'integer', midpointMjdTai: 'real', received_ms: 'real' },
    ...{ ra: 'real', decl: 'real', psfFlux: 'real', band: 'text' },
  },
  // A source that is replayed from a file keeps the time at which Kafka received it.
  `(diaSourceId) DO UPDATE SET midpointMjdTai = excluded.midpointMjdTai,
     received_ms = coalesce(excluded.received_ms, source.received_ms),
     ra = excluded.ra, decl = excluded.decl, psfFlux = excluded.psfFlux, band = excluded.band`,
  ['diaSourceId'],
);
const SCORED = question<SummedScore>(
  `SELECT diaSourceId AS "diaSourceId", score FROM provenance
   WHERE stem = ? AND model_name = ? AND model_version = ? ORDER BY ID`,
);
const ADD_SCORES = new Insert('provenance', {
  ...{ diaObjectId: 'integer', diaSourceId: 'integer', stem: 'text' },
  ...{ score: 'real', model_name: 'text', model_version: 'text' },
});

/** What the feature and predict stages record: result and status in one transaction each. */
export class ResultLedger {
  readonly #database: Database;
  readonly #quarantine: QuarantineLedger;
  readonly #checksums: Checksums;
  readonly #counts: ScoreCounts;

  constructor(database: Database) {
    this.#database = database;
    this.#counts = new ScoreCounts(database);
    this.#quarantine = new QuarantineLedger(database);
    this.#checksums = new Checksums(database);
  }

  /** Records a stem's features. @returns false if the stem was done already and nothing was written */
  recordFeatures(
    work: WorkQueue,
    stem: string,
    rows: readonly FeatureRecord[],
    quarantined: readonly QuarantineEntry[],
    settlement: Settlement & { readonly file?: FeatureFile },
  ): Promise<boolean> {
    return this.#database.writing(async (tx) => {
      if (!(await work.complete(tx, stem, { ...settlement, rows: rows.length }))) return false;
      await this.#addFeatures(tx, stem, rows, settlement.file);
      await this.#quarantine.add(tx, quarantined);
      return true;
    });
  }

  /**
   * Completes a stem whose features another VRA has recorded.
   *
   * @returns false if the stem was done already and nothing was written
   */
  completeWithExistingFeatures(
    work: WorkQueue,
    stem: string,
    settlement: Settlement & { readonly rows: number },
  ): Promise<boolean> {
    return this.#database.writing((tx) => work.complete(tx, stem, settlement));
  }

  /** Adds the features of a stem that are not there yet. */
  async #addFeatures(tx: Writing, stem: string, rows: readonly FeatureRecord[], file?: FeatureFile): Promise<void> {
    if (file) await this.#checksums.record(tx, stem, { kind: 'features', set: file.set }, file.checksum);
    const recorded = countById(await tx.all(FLAGGED, stem));
    // Of rows of one source the last counts, but for a time of receipt that only another has.
    const received = new Map<bigint, number>();
    for (const { diaSourceId, receivedMs } of rows) if (receivedMs !== undefined) received.set(diaSourceId, receivedMs);
    await tx.each(
      ADD_SOURCES,
      rows.map((row) => [
        ...[row.diaSourceId, row.midpointMjdTai, received.get(row.diaSourceId) ?? null],
        ...[row.ra ?? null, row.decl ?? null, row.psfFlux ?? null, row.band ?? null],
      ]),
    );
    const fresh = recorded.size === 0 ? rows : rows.filter(({ diaSourceId }) => !takeOne(recorded, diaSourceId));
    const flags = fresh.map(({ diaObjectId, diaSourceId, flags: { count, first } }) => {
      const brighter = count.map((n) => (n > 0 ? 1 : 0));
      return [diaObjectId, diaSourceId, stem, ...count, ...brighter, ...first];
    });
    await tx.each(ADD_FLAGS, flags);
  }

  /** The sources of which the ledger has threshold flags: one for each feature row of the stem. */
  sources(stem: string): Promise<bigint[]> {
    return this.#database.all(FLAGGED, stem);
  }

  /**
   * Records a stem's scores. Rows that an earlier attempt left without a status, as the Python pipeline can, count as
   * recorded: none is doubled and none changes its ID. Scores that are added to an annotated stem reopen it for annotating.
   *
   * @returns false if the stem was done already and nothing was written
   */
  recordScores(
    work: WorkQueue,
    stem: string,
    model: ScoringModel,
    rows: readonly ScoreRecord[],
    settlement: Settlement,
    { quarantined = [], annotate }: WithScores = {},
  ): Promise<boolean> {
    return this.#database.writing(async (tx) => {
      if (!(await work.complete(tx, stem, { ...settlement, rows: rows.length }))) return false;
      const added = await this.#addScores(tx, stem, model, rows);
      await this.#quarantine.removeUnscored(tx, stem, model.name);
      await this.#quarantine.add(tx, quarantined);
      // Also where they are unwanted: with scores that have no outcome it does not count as annotated.
      if (annotate && added > 0 && isDone((await annotate.work.status(stem, tx)) ?? STATUS.initialised)) {
        await annotate.work.reopen(tx, stem, true);
      }
      if (annotate?.isWanted === false) await annotate.work.exclude(tx, stem, settlement.now, NOT_ANNOTATED);
      return true;
    });
  }

  /** Adds the scores of a stem that are not there yet. @returns how many it added */
  async #addScores(tx: Writing, stem: string, model: ScoringModel, rows: readonly ScoreRecord[]): Promise<number> {
    const { name, version, edges } = model;
    const before = await tx.all(SCORED, stem, name, version);
    const recorded = countById(before.map(({ diaSourceId }) => diaSourceId));
    const fresh = recorded.size === 0 ? rows : rows.filter(({ diaSourceId }) => !takeOne(recorded, diaSourceId));
    // An earlier row may lack what can be summed: a NULL of the Python pipeline.
    if (before.every(({ diaSourceId, score }) => typeof diaSourceId === 'bigint' && typeof score === 'number')) {
      const what = { kind: 'scores', vra: name, version } as const;
      await this.#checksums.record(tx, stem, what, checksumOfScores([...before, ...fresh]));
    }
    await tx.each(
      ADD_SCORES,
      fresh.map(({ diaObjectId, diaSourceId, score }) => [diaObjectId, diaSourceId, stem, score, name, version]),
    );
    if (edges) {
      const scores = fresh.map(({ score }) => score);
      await this.#counts.add(tx, model, stem, scores, edges);
    }
    return fresh.length;
  }
}

/** How often each id occurs: the same alert may rightly be in a batch twice. */
function countById(ids: readonly bigint[]): Map<bigint, number> {
  const counts = new Map<bigint, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** Takes one of `id` out of the count. @returns false if there is none left */
function takeOne(counts: Map<bigint, number>, id: bigint): boolean {
  const left = counts.get(id) ?? 0;
  if (left > 0) counts.set(id, left - 1);
  return left > 0;
}
