import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runPython } from '@lvra/core/testing/python';
import { featureSet } from '@lvra/features';
import { Ledger, type WorkQueue } from '@lvra/ledger';
import { addStem } from '@lvra/ledger/testing/ledgers';
import { type Row, rowsIn, type Value } from '@lvra/ledger/testing/look-inside';
import { DataFolder, type StageReport } from '@lvra/runtime';
import { type DataPaths, dataPaths } from '@lvra/store';
import { createLogger, Metrics } from '@lvra/telemetry';
import { createFeatureTask } from '../feature-stage.js';

/** A feature file as Python's csv module reads it: a row is its cells by column. */
export interface FeatureFile {
  columns: string[];
  rows: Record<string, string>[];
}

const R0B = { vra: 'r0b', set: featureSet(), siblings: [] };

/** A temporary data folder with a feature stage; for tests. */
export class FeatureWorld {
  readonly work: WorkQueue;
  readonly metrics = new Metrics();
  readonly #log;

  private constructor(
    readonly paths: DataPaths,
    readonly ledger: Ledger,
  ) {
    this.work = ledger.work('feature', 'r0b');
    this.#log = createLogger(paths, 'test', { stdout: false });
  }

  static async create(): Promise<FeatureWorld> {
    const paths = dataPaths(mkdtempSync(join(tmpdir(), 'lvra-feature-')));
    return new FeatureWorld(paths, await Ledger.open(paths.database, ['r0b'], { create: true }));
  }

  /** Writes a batch file and registers it as the Python consumer does. */
  async register(stem: string, batch: string | Buffer): Promise<void> {
    mkdirSync(dirname(this.paths.batch(stem)), { recursive: true });
    writeFileSync(this.paths.batch(stem), batch);
    await this.open(stem);
  }

  /** A stem in the status tables, independent of what is on disk. */
  async open(stem: string): Promise<void> {
    await addStem(this.ledger, stem);
  }

  perform(stem: string, folder = new DataFolder(this.paths, this.ledger)): Promise<StageReport | undefined> {
    const { ledger, work, metrics } = this;
    const task = createFeatureTask({ ledger, work, folder, log: this.#log, metrics, ...R0B });
    return task.perform(stem, { signal: new AbortController().signal, attempt: 1, elapsed: () => 12 });
  }

  /** The features of messages, in a batch of their own. */
  async featuresOf(stem: string, messages: readonly (string | Buffer)[]): Promise<FeatureFile> {
    const bytes = messages.map((message) => Buffer.from(message as string));
    await this.register(
      stem,
      Buffer.concat([
        Buffer.from('['),
        ...bytes.flatMap((m, i) => (i === 0 ? [m] : [Buffer.from(',\n'), m])),
        Buffer.from(']\n'),
      ]),
    );
    await this.perform(stem);
    return this.read(stem);
  }

  read(stem: string): FeatureFile {
    const program = `
import csv, json, sys
rows = list(csv.reader(open(sys.argv[1], encoding='utf-8', newline=''), strict=True))
print(json.dumps({'columns': rows[0], 'rows': rows[1:]}))`;
    const { columns, rows } = JSON.parse(runPython(program, '', this.paths.features(stem))) as {
      columns: string[];
      rows: string[][];
    };
    return {
      columns,
      rows: rows.map((cells) => {
        if (cells.length !== columns.length) throw new Error(`${cells.length} cells, ${columns.length} columns`);
        return Object.fromEntries(columns.map((column, i) => [column, cells[i] as string]));
      }),
    };
  }

  async all(sql: string, ...values: Value[]): Promise<Row[]> {
    return rowsIn(this.ledger, sql, ...values);
  }

  async close(): Promise<void> {
    await this.ledger.close();
    rmSync(this.paths.root, { recursive: true });
  }
}
