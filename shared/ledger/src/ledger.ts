import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Stage, UsageError } from '@lvra/core';
import { AnnotationLedger } from './annotations/outcomes.js';
import { BatchLedger } from './intake/batches.js';
import { Forgetting } from './intake/forget.js';
import { KafkaPositions } from './intake/kafka-positions.js';
import { QuarantineLedger } from './quarantine.js';
import { BestScores } from './queries/best-scores.js';
import { Flow } from './queries/flow.js';
import { ObjectHistory } from './queries/object.js';
import { Totals } from './queries/run-summary.js';
import { ComparedScores } from './queries/score-comparison.js';
import { Overview } from './queries/stage-summary.js';
import { StemHistory } from './queries/stem.js';
import { AlertVerification } from './queries/verify/alerts.js';
import { MappingVerification } from './queries/verify/mapping.js';
import { NameVerification } from './queries/verify/names.js';
import { ObjectVerification } from './queries/verify/objects.js';
import { OffsetVerification } from './queries/verify/offsets.js';
import { StemVerification } from './queries/verify/stems.js';
import { ValueVerification } from './queries/verify/values.js';
import { copyDatabase } from './sqlite/backup.js';
import { type Database, leaveWal, openDatabase, openingError, writeTransaction } from './sqlite/connection.js';
import { migrate } from './sqlite/migrations.js';
import { addVraColumns, hasVraColumns } from './sqlite/status-columns.js';
import { TnsLedger } from './tns-reports.js';
import { Backfill } from './work/backfill.js';
import { ResultLedger } from './work/results.js';
import { ScoreCounts } from './work/score-histogram.js';
import { StemEventLog } from './work/stem-events.js';
import { WorkQueue } from './work/work-queue.js';

/**
 * The truth about what is done: `db/log.db`, opened in place, also one of the Python pipeline. Safe with every stage and
 * replica writing at once. The only folder of the project that contains SQL.
 */
export class Ledger {
  readonly positions: KafkaPositions;
  readonly batches: BatchLedger;
  readonly results: ResultLedger;
  readonly scoreCounts: ScoreCounts;
  readonly backfill: Backfill;
  readonly compared: ComparedScores;
  readonly annotations: AnnotationLedger;
  readonly quarantine: QuarantineLedger;
  readonly events: StemEventLog;
  readonly flow: Flow;
  readonly forgetting: Forgetting;
  readonly history: StemHistory;
  readonly objects: ObjectHistory;
  readonly best: BestScores;
  readonly overview: Overview;
  readonly tns: TnsLedger;
  readonly totals: Totals;
  readonly #work = new Map<string, WorkQueue>();

  private constructor(readonly database: Database) {
    this.positions = new KafkaPositions(database);
    this.batches = new BatchLedger(database, this.positions);
    this.results = new ResultLedger(database);
    this.scoreCounts = new ScoreCounts(database);
    this.backfill = new Backfill(database);
    this.compared = new ComparedScores(database);
    this.annotations = new AnnotationLedger(database);
    this.quarantine = new QuarantineLedger(database);
    this.events = new StemEventLog(database);
    this.flow = new Flow(database);
    this.forgetting = new Forgetting(database);
    this.history = new StemHistory(database);
    this.objects = new ObjectHistory(database);
    this.best = new BestScores(database);
    this.overview = new Overview(database);
    this.tns = new TnsLedger(database);
    this.totals = new Totals(database);
  }

  /** The data folder's unique name: 16 hexadecimal digits. */
  get id(): string {
    return this.database.prepare('SELECT id FROM data_folder').pluck().get() as string;
  }

  /**
   * Opens the ledger, brings it to the newest schema and gives every VRA its columns.
   *
   * @param create create the file if it is missing; otherwise that is a UsageError
   * @throws UsageError if the file may not be written or is no database
   */
  static open(path: string, vras: readonly string[], options: { create: boolean }): Ledger {
    if (options.create) mkdirSync(dirname(path), { recursive: true });
    else if (!existsSync(path)) {
      throw new UsageError(`there is no ledger at ${path}: check the data root, or make one with \`lvra init\``);
    }
    let database: Database | undefined;
    try {
      const opened = openDatabase(path, options);
      database = opened;
      migrate(opened);
      const added = vras.filter((vra) => !hasVraColumns(opened, vra));
      if (added.length > 0) {
        writeTransaction(opened, () => {
          for (const vra of added) addVraColumns(opened, vra);
        });
      }
      return new Ledger(opened);
    } catch (error) {
      database?.close();
      throw openingError(path, error);
    }
  }

  /** The queries of `lvra verify`: they read and never write. */
  get verification(): {
    alerts: AlertVerification;
    mapping: MappingVerification;
    names: NameVerification;
    values: ValueVerification;
    stems: StemVerification;
    offsets: OffsetVerification;
    objects: ObjectVerification;
  } {
    const { database } = this;
    return {
      alerts: new AlertVerification(database),
      mapping: new MappingVerification(database),
      names: new NameVerification(database),
      values: new ValueVerification(database),
      stems: new StemVerification(database),
      offsets: new OffsetVerification(database),
      objects: new ObjectVerification(database),
    };
  }

  /** The work of one stage for one VRA. */
  work(stage: Stage, vra: string): WorkQueue {
    const key = `${stage}/${vra}`;
    let work = this.#work.get(key);
    if (!work) {
      work = new WorkQueue(this.database, stage, vra);
      this.#work.set(key, work);
    }
    return work;
  }

  /** Writes a checked copy to another file while other processes work. @throws UsageError if the ledger is damaged */
  copyTo(path: string): void {
    copyDatabase(this.database, path);
  }

  close(): void {
    leaveWal(this.database);
    this.database.close();
  }
}
