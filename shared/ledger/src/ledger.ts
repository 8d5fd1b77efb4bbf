import type { LedgerAddress, Stage } from '@lvra/core';
import { AnnotationLedger } from './annotations/outcomes.js';
import type { Database, HeldLocks, Lockable, OddValue, WriteTime } from './database.js';
import { AlertPlaces } from './intake/alert-places.js';
import { BatchLedger } from './intake/batches.js';
import { Forgetting } from './intake/forget.js';
import { KafkaPositions } from './intake/kafka-positions.js';
import { LabelLedger } from './labels.js';
import { movedError } from './move/moved.js';
import { QuarantineLedger } from './quarantine.js';
import { BestScores } from './queries/best-scores.js';
import { FileRecords } from './queries/file-records.js';
import { Flow } from './queries/flow.js';
import { Fates } from './queries/night/fates.js';
import { NightScores } from './queries/night/night-scores.js';
import { RecordedScores } from './queries/night/recorded-scores.js';
import { ObjectHistory } from './queries/object.js';
import { QuarantinePages } from './queries/quarantine-pages.js';
import { RecentStems } from './queries/recent-stems.js';
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
import { traceOf } from './sqlite/file-identity.js';
import { lookAtSqlite } from './sqlite/look.js';
import { openSqlite } from './sqlite/open.js';
import { question, statement, valueQuestion } from './statements.js';
import { TnsLedger } from './tns-reports.js';
import { Backfill } from './work/backfill.js';
import { ResultLedger } from './work/results.js';
import { ScoreCounts } from './work/score-histogram.js';
import { StemEventLog } from './work/stem-events.js';
import { WorkQueue } from './work/work-queue.js';

const DATA_FOLDER = question<{ id: string; moved: string | null }>('SELECT id, moved FROM data_folder');
const MARKED = valueQuestion<bigint | null>('SELECT marked_at FROM data_folder');
const MARK = statement('UPDATE data_folder SET marked_at = coalesce(marked_at, ?)');

/**
 * The truth about what is done: `db/log.db`, opened in place, also one of the Python pipeline, or a database on a server. Safe
 * with every stage and replica writing at once. The only folder of the project that contains SQL.
 */
export class Ledger {
  readonly positions: KafkaPositions;
  readonly batches: BatchLedger;
  readonly places: AlertPlaces;
  readonly results: ResultLedger;
  readonly scoreCounts: ScoreCounts;
  readonly backfill: Backfill;
  readonly compared: ComparedScores;
  readonly annotations: AnnotationLedger;
  readonly quarantine: QuarantineLedger;
  readonly quarantinePages: QuarantinePages;
  readonly events: StemEventLog;
  readonly fates: Fates;
  readonly files: FileRecords;
  readonly flow: Flow;
  readonly forgetting: Forgetting;
  readonly history: StemHistory;
  readonly labels: LabelLedger;
  readonly nights: NightScores;
  readonly objects: ObjectHistory;
  readonly best: BestScores;
  readonly overview: Overview;
  readonly recent: RecentStems;
  readonly recorded: RecordedScores;
  readonly tns: TnsLedger;
  readonly totals: Totals;
  readonly #database: Database;
  readonly #work = new Map<string, WorkQueue>();

  private constructor(
    database: Database,
    /** The data folder's unique name: 16 hexadecimal digits. */
    readonly id: string,
  ) {
    this.#database = database;
    this.positions = new KafkaPositions(database, id);
    this.batches = new BatchLedger(database, this.positions);
    this.places = new AlertPlaces(database);
    this.results = new ResultLedger(database);
    this.scoreCounts = new ScoreCounts(database);
    this.backfill = new Backfill(database);
    this.compared = new ComparedScores(database);
    this.annotations = new AnnotationLedger(database);
    this.quarantine = new QuarantineLedger(database);
    this.quarantinePages = new QuarantinePages(database);
    this.events = new StemEventLog(database);
    this.fates = new Fates(database);
    this.files = new FileRecords(database);
    this.flow = new Flow(database);
    this.forgetting = new Forgetting(database);
    this.history = new StemHistory(database);
    this.labels = new LabelLedger(database);
    this.nights = new NightScores(database);
    this.objects = new ObjectHistory(database);
    this.best = new BestScores(database);
    this.overview = new Overview(database);
    this.recent = new RecentStems(database);
    this.recorded = new RecordedScores(database);
    this.tns = new TnsLedger(database);
    this.totals = new Totals(database);
  }

  /**
   * Opens the ledger, brings it to the newest schema and gives every VRA its columns.
   *
   * @param create make it if it is missing; otherwise that is a UsageError
   * @throws UsageError if the file may not be written or is no database, or the server cannot be used
   */
  static async open(address: LedgerAddress, vras: readonly string[], options: { create: boolean }): Promise<Ledger> {
    if (typeof address === 'string') return Ledger.on(await openSqlite(address, vras, options));
    // What speaks to a server is loaded where one is used.
    const { openPostgres } = await import('./postgres/open.js');
    return Ledger.on(await openPostgres(address, vras, options));
  }

  /**
   * Opens the ledger to look at it. Nothing is written, made or migrated, and every method that would write fails.
   *
   * @throws UsageError if there is none, or it is of a release that must be looked at with another one
   */
  static async look(address: LedgerAddress, vras: readonly string[]): Promise<Ledger> {
    if (typeof address === 'string') return Ledger.on(lookAtSqlite(address, vras));
    const { lookAtPostgres } = await import('./postgres/look.js');
    return Ledger.on(await lookAtPostgres(address, vras));
  }

  /**
   * What can be seen of a ledger without opening it: as long as it stays, nobody has committed. Undefined if there is nothing
   * that says so, as of one on a server.
   */
  static traceOf(address: LedgerAddress): string | undefined {
    return typeof address === 'string' ? traceOf(address) : undefined;
  }

  /** The ledger that an engine keeps, open and of the newest schema; it is closed with the ledger. */
  static async on(database: Database): Promise<Ledger> {
    try {
      const { id, moved } = (await database.get(DATA_FOLDER))!;
      if (moved !== null) throw movedError(database.name, moved);
      return new Ledger(database, id);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** For people: where it is. */
  get name(): string {
    return this.#database.name;
  }

  /** Whether another opening was of the same one, and not of a copy that took its place. */
  isSameAs(other: Ledger): boolean {
    const { identity } = this.#database;
    return this.id === other.id && identity !== undefined && identity === other.#database.identity;
  }

  /** Whether it is on a server, which other hosts may use too. */
  get isOnServer(): boolean {
    return this.#database.isOnServer;
  }

  /** The queries of `lvra verify`: they read and never write. */
  get verification(): {
    alerts: AlertVerification;
    mapping: MappingVerification;
    names: NameVerification;
    stems: StemVerification;
    offsets: OffsetVerification;
    objects: ObjectVerification;
  } {
    const database = this.#database;
    return {
      alerts: new AlertVerification(database),
      mapping: new MappingVerification(database),
      names: new NameVerification(database),
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
      work = new WorkQueue(this.#database, stage, vra);
      this.#work.set(key, work);
    }
    return work;
  }

  /** When the data folder was marked as this ledger's, as its mark says; undefined if it never was. */
  async marked(): Promise<number | undefined> {
    const at = await this.#database.get(MARKED);
    return typeof at === 'bigint' ? Number(at) : undefined;
  }

  /** Records that the data folder is marked, unless one is. @returns when the folder was marked that counts */
  async mark(at: number): Promise<number> {
    const marked = await this.marked();
    if (marked !== undefined) return marked;
    await this.#database.writing((tx) => tx.run(MARK, BigInt(at)));
    return (await this.marked())!;
  }

  /** Values that are not of their column's type. */
  oddValues(): Promise<OddValue[]> {
    return this.#database.oddValues();
  }

  /** Calls `watcher` after every write transaction of this process. */
  onWrite(watcher: (time: WriteTime) => void): void {
    this.#database.onWrite(watcher);
  }

  /** Locks that all hosts which use the ledger see. @throws LockHeld, which says who holds one */
  lock(names: readonly Lockable[], mode: 'exclusive' | 'shared', holder: string): Promise<HeldLocks> {
    return this.#database.lock(names, mode, holder);
  }

  /** Checks that it is still the ledger that was opened, and that its locks are held. @throws LedgerReplaced, LedgerGone, LockHeld */
  assertInPlace(): Promise<void> {
    return this.#database.assertInPlace();
  }

  /** Changes with every commit of another process; what it was at one opening means nothing for the next. @throws LedgerReplaced, LedgerGone */
  version(): Promise<bigint> {
    return this.#database.version();
  }

  /** Bytes of the log that is not yet part of the database. */
  logBytes(): Promise<number> {
    return this.#database.logBytes();
  }

  /** How far this host's clock is ahead of that of the ledger's server, ms; 0 where there is none. */
  clockOffsetMs(): Promise<number> {
    return this.#database.clockOffsetMs();
  }

  /** The SQL that makes an empty ledger of this form; the spec keeps it beside the ledger, as log_schema.sql. */
  schema(): Promise<string> {
    return this.#database.schema();
  }

  /** Writes a checked copy to another file while other processes work. @throws UsageError if the ledger is damaged */
  copyTo(path: string): Promise<void> {
    return this.#database.copyTo(path);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** For tests and benchmarks, which look where the methods do not. */
  static databaseOf(ledger: Ledger): Database {
    return ledger.#database;
  }
}
