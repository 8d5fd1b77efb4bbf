import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { InProcessBus } from '@lvra/bus';
import { secretOf } from '@lvra/config';
import { Ledger } from '@lvra/ledger';
import { addStem } from '@lvra/ledger/testing/ledgers';
import { execute, valuesIn } from '@lvra/ledger/testing/look-inside';
import { DataFolder, type StageReport, StageRunner, type StageTask } from '@lvra/runtime';
import { type Sandbox, type SandboxOptions, type StoredAnnotation, startSandbox } from '@lvra/simulator';
import { type DataPaths, dataPaths } from '@lvra/store';
import { createLogger, type Logger, Metrics } from '@lvra/telemetry';
import { type AnnotateOptions, createAnnotateTask } from '../annotate-stage.js';

/** What this package's tests start from: a ledger with scores in it, and a sandbox Lasair to annotate at. */

export const TOKEN = 'sandbox-token';
export const FIRST_STEM = '20260202_102448';
export const SECOND_STEM = '20260202_102458';

/** A score to put into the ledger; what is left out has a usual value. */
export interface TestScore {
  /** Counted from 0, see `objectId`. */
  readonly object: number;
  /** Counted from 0; later ones are newer. */
  readonly source: number;
  readonly score?: number | null;
  readonly version?: string;
  readonly receivedMs?: number;
}

/** 18 digits, the last of which no double holds. */
export const objectId = (object: number) => 313637921267122191n + BigInt(object);
export const sourceId = (object: number, source: number) => 170046091000545381n + BigInt(source * 1_000_000 + object);

/** One score for each of `count` objects. */
export const scoresOf = (count: number, source = 0): TestScore[] =>
  Array.from({ length: count }, (_, object) => ({ object, source }));

type Limits = AnnotateOptions['limits'];

/** The options of the stage that a test changes. */
type Change = Partial<Omit<AnnotateOptions, 'limits'>> & {
  readonly limits?: Partial<Omit<Limits, 'listSize'>>;
  readonly lists?: Partial<Limits['listSize']>;
};

export class Night {
  readonly metrics = new Metrics();
  readonly #closing: (() => void | Promise<void>)[] = [];

  private constructor(
    readonly root: string,
    readonly paths: DataPaths,
    readonly ledger: Ledger,
    readonly sandbox: Sandbox,
    readonly log: Logger,
  ) {}

  /** Ends with the test. */
  static async start(context: TestContext, options: SandboxOptions = {}): Promise<Night> {
    const root = mkdtempSync(join(tmpdir(), 'lvra-annotate-'));
    const paths = dataPaths(root);
    const ledger = await Ledger.open(paths.database, ['r0b'], { create: true });
    const night = new Night(
      root,
      paths,
      ledger,
      await startSandbox(options),
      createLogger(paths, 'test', { stdout: false }),
    );
    context.after(async () => {
      for (const close of night.#closing.reverse()) await close();
      await night.sandbox.close();
      await ledger.close();
      rmSync(root, { recursive: true });
    });
    return night;
  }

  /** Another connection to the ledger, as another process has. */
  async openLedger(): Promise<Ledger> {
    const ledger = await Ledger.open(this.paths.database, ['r0b'], { create: false });
    this.#closing.push(() => ledger.close());
    return ledger;
  }

  /** Registers a stem and has it scored by this pipeline, with flags and times, or as the Python pipeline does. */
  async addStem(stem: string, scores: readonly TestScore[], by: 'us' | 'python' = 'us'): Promise<void> {
    const { ledger } = this;
    await addStem(ledger, stem);
    const settlement = { status: 1, now: 0, durationMs: 0 } as const;
    const ids = scores.map(({ object, source }) => ({
      diaObjectId: objectId(object),
      diaSourceId: sourceId(object, source),
    }));
    const features = scores.map(({ source, receivedMs }, index) => ({
      ...ids[index]!,
      midpointMjdTai: 61073 + source / 1000,
      receivedMs,
      flags: { count: [4, 3, 2, 1, 0], first: [0, 0, 0, 1, 0] as const },
    }));
    await ledger.results.recordFeatures(
      ledger.work('feature', 'r0b'),
      stem,
      by === 'us' ? features : [],
      [],
      settlement,
    );
    for (const version of new Set(scores.map(({ version = 'a1' }) => version))) {
      const rows = scores.flatMap(({ score = 0.75, version: own = 'a1' }, index) =>
        own === version ? [{ ...ids[index]!, score: score as number }] : [],
      );
      const add =
        "INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES (?, ?, ?, ?, 'r0b', ?)";
      for (const row of rows) await execute(ledger, add, row.diaObjectId, row.diaSourceId, stem, row.score, version);
    }
    await execute(ledger, 'UPDATE predict SET r0b = 1 WHERE stem = ?', stem);
  }

  /** A runner of such a stage, with a bus of its own. */
  runner(change: Change = {}): StageRunner {
    const { log, metrics, paths } = this;
    const { ledger = this.ledger, owner = 'test' } = change;
    const work = ledger.work('annotate', 'r0b');
    const bus = new InProcessBus();
    return new StageRunner({
      task: this.task(change),
      work,
      folder: new DataFolder(paths, ledger),
      bus,
      log,
      metrics,
      owner,
    });
  }

  /** The stage, quick to retry, with the options of the test. */
  task(change: Change = {}): StageTask {
    const ledger = change.ledger ?? this.ledger;
    const { lists, limits, ...options } = change;
    const task = createAnnotateTask({
      ledger,
      work: ledger.work('annotate', 'r0b'),
      vra: {
        name: 'r0b',
        topic: 'r0b_lvra',
        explanation: 'r0b - Real Or Bogus Classifier',
        url: 'https://example.org/r0b',
      },
      live: () => ({ version: 'a1', annotate: true }),
      lasair: {
        endpoint: this.sandbox.endpoint,
        token: secretOf('LASAIR_LSST_TOKEN', () => TOKEN),
        tokenVariable: 'LASAIR_LSST_TOKEN',
      },
      dryRun: undefined,
      metrics: this.metrics,
      log: this.log,
      owner: 'test',
      random: () => 0,
      ...options,
      limits: {
        callsPerHour: 5000,
        slowMs: 5000,
        timeoutMs: 5000,
        ...limits,
        listSize: { first: 10, smallest: 1, largest: 100, ...lists },
      },
    });
    this.#closing.push(() => task.close?.());
    return task;
  }

  /** Annotates a stem once; the report is that of the stem alone, even if others were settled along with it. */
  async annotate(
    stem: string,
    task: StageTask = this.task(),
    signal: AbortSignal = new AbortController().signal,
    isBackfilled = false,
  ): Promise<StageReport | undefined> {
    await task.prepare?.();
    const report = await task.perform(stem, { signal, attempt: 1, elapsed: () => 5, isBackfilled });
    return report && { status: report.status, rows: report.rows };
  }

  /** Annotates a stem once more, as one of a backfill. */
  async annotateAgain(stem: string, task: StageTask = this.task()): Promise<StageReport | undefined> {
    await this.ledger.backfill.ask('r0b', [{ stem, first: 'annotate', last: 'annotate' }]);
    await this.ledger.work('annotate', 'r0b').beginBackfilled(stem);
    return this.annotate(stem, task, new AbortController().signal, true);
  }

  /** Has another replica work on a stem, so that this one leaves it alone. */
  async claimElsewhere(stem: string, now = Date.now()): Promise<void> {
    await this.ledger.work('annotate', 'r0b').claim(stem, 'another replica', now, 30_000);
  }

  /** The stem's status in `annotating`. */
  async status(stem: string): Promise<number | undefined> {
    return this.ledger.work('annotate', 'r0b').status(stem);
  }

  /** The outcome of each score of a stem, in order; null if it is still to be sent. */
  async outcomes(stem: string): Promise<(string | null)[]> {
    return (await valuesIn<string | null>(
      this.ledger,
      'SELECT outcome FROM provenance LEFT JOIN annotation_outcome ON provenance_ID = ID WHERE stem = ? ORDER BY ID',
      stem,
    )) as (string | null)[];
  }

  /** Why scores of a stem were not annotated. */
  async details(stem: string): Promise<string[]> {
    return (await valuesIn<string>(
      this.ledger,
      'SELECT detail FROM provenance JOIN annotation_outcome ON provenance_ID = ID WHERE stem = ? AND detail IS NOT NULL ORDER BY ID',
      stem,
    )) as string[];
  }

  /** What Lasair holds of an object. */
  held(object: number): StoredAnnotation | undefined {
    return this.sandbox.annotations.get(`r0b_lvra/${objectId(object)}`);
  }

  /** The number of the source that Lasair's annotation of an object is about. */
  heldSource(object: number): number | undefined {
    const held = this.held(object);
    if (!held) return undefined;
    const { blame_diaSourceId: id } = JSON.parse(held.classdict) as { blame_diaSourceId: string };
    return Number((BigInt(id) - sourceId(object, 0)) / 1_000_000n);
  }

  /** Everything that was logged. */
  logged(): string {
    const entries = readdirSync(this.root, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.log'));
    return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('');
  }
}
