import { type Checksum, isDone, STATUS } from '@lvra/core';
import { Checksums, checksumOfScores, type SummedScore } from '../intake/checksums.js';
import { type QuarantineEntry, QuarantineLedger } from '../quarantine.js';
import { type Database, writeTransaction } from '../sqlite/connection.js';
import { THRESHOLDS } from '../sqlite/python-schema.js';
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

/** What the feature and predict stages record: result and status in one transaction each. */
export class ResultLedger {
  readonly #database: Database;
  readonly #quarantine: QuarantineLedger;
  readonly #checksums: Checksums;
  readonly #counts: ScoreCounts;
  readonly #statements;

  constructor(database: Database) {
    this.#database = database;
    this.#counts = new ScoreCounts(database);
    this.#quarantine = new QuarantineLedger(database);
    this.#checksums = new Checksums(database);
    const flagColumns = ['n_gt', 'brighter', 'first'].flatMap((prefix) => THRESHOLDS.map((m) => `${prefix}${m}`));
    this.#statements = {
      flagged: database
        .prepare<[string], bigint>('SELECT diaSourceId FROM threshold_flags_provenance WHERE stem = ?')
        .pluck(),
      flag: database.prepare(
        `INSERT INTO threshold_flags_provenance (diaObjectId, diaSourceId, stem, ${flagColumns.join(', ')})
         VALUES (?, ?, ?${', ?'.repeat(flagColumns.length)})`,
      ),
      source: database.prepare(
        // A source that is replayed from a file keeps the time at which Kafka received it.
        `INSERT INTO source (diaSourceId, midpointMjdTai, received_ms) VALUES (?, ?, ?)
         ON CONFLICT (diaSourceId) DO UPDATE SET midpointMjdTai = excluded.midpointMjdTai,
           received_ms = coalesce(excluded.received_ms, source.received_ms)`,
      ),
      scored: database.prepare<[string, string, string], SummedScore>(
        'SELECT diaSourceId, score FROM provenance WHERE stem = ? AND model_name = ? AND model_version = ? ORDER BY ID',
      ),
      score: database.prepare(
        'INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES (?, ?, ?, ?, ?, ?)',
      ),
    };
  }

  /** Records a stem's features. @returns false if the stem was done already and nothing was written */
  recordFeatures(
    work: WorkQueue,
    stem: string,
    rows: readonly FeatureRecord[],
    quarantined: readonly QuarantineEntry[],
    settlement: Settlement & { readonly file?: FeatureFile },
  ): boolean {
    return writeTransaction(this.#database, () => {
      if (!work.complete(stem, { ...settlement, rows: rows.length })) return false;
      this.#addFeatures(stem, rows, quarantined, settlement.file);
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
  ): boolean {
    return writeTransaction(this.#database, () => work.complete(stem, settlement));
  }

  /** Adds the features of a stem that are not there yet, within the caller's transaction. */
  #addFeatures(
    stem: string,
    rows: readonly FeatureRecord[],
    quarantined: readonly QuarantineEntry[],
    file?: FeatureFile,
  ): void {
    if (file) this.#checksums.record(stem, { kind: 'features', set: file.set }, file.checksum);
    const recorded = countById(this.#statements.flagged.all(stem) as bigint[]);
    for (const row of rows) {
      this.#statements.source.run(row.diaSourceId, row.midpointMjdTai, row.receivedMs ?? null);
      if (takeOne(recorded, row.diaSourceId)) continue;
      const { count, first } = row.flags;
      this.#statements.flag.run(
        row.diaObjectId,
        row.diaSourceId,
        stem,
        ...count,
        ...count.map((n) => (n > 0 ? 1 : 0)),
        ...first,
      );
    }
    for (const entry of quarantined) this.#quarantine.add(entry);
  }

  /** The sources of which the ledger has threshold flags: one for each feature row of the stem. */
  sources(stem: string): bigint[] {
    return this.#statements.flagged.all(stem);
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
  ): boolean {
    return writeTransaction(this.#database, () => {
      if (!work.complete(stem, { ...settlement, rows: rows.length })) return false;
      const added = this.#addScores(stem, model, rows);
      this.#quarantine.removeUnscored(stem, model.name);
      for (const entry of quarantined) this.#quarantine.add(entry);
      // Also where they are unwanted: with scores that have no outcome it does not count as annotated.
      if (annotate && added > 0 && isDone(annotate.work.status(stem) ?? STATUS.initialised)) {
        annotate.work.retry(stem, true);
      }
      if (annotate?.isWanted === false) annotate.work.excludeStem(stem, settlement.now, NOT_ANNOTATED);
      return true;
    });
  }

  /** Adds the scores of a stem that are not there yet, within the caller's transaction. @returns how many it added */
  #addScores(stem: string, model: ScoringModel, rows: readonly ScoreRecord[]): number {
    const before = this.#statements.scored.all(stem, model.name, model.version);
    const recorded = countById(before.map(({ diaSourceId }) => diaSourceId));
    const fresh = before.length === 0 ? rows : rows.filter(({ diaSourceId }) => !takeOne(recorded, diaSourceId));
    // An earlier row may lack what can be summed: a NULL of the Python pipeline.
    if (before.every(({ diaSourceId, score }) => typeof diaSourceId === 'bigint' && typeof score === 'number')) {
      const what = { kind: 'scores', vra: model.name, version: model.version } as const;
      this.#checksums.record(stem, what, checksumOfScores([...before, ...fresh]));
    }
    for (const { diaObjectId, diaSourceId, score } of fresh) {
      this.#statements.score.run(diaObjectId, diaSourceId, stem, score, model.name, model.version);
    }
    if (model.edges) {
      const scores = fresh.map(({ score }) => score);
      this.#counts.add(model, stem, scores, model.edges);
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
