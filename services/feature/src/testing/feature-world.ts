import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runPython } from '@lvra/core/testing/python';
import { featureSet } from '@lvra/features';
import { Ledger, type WorkQueue } from '@lvra/ledger';
import type { StageReport } from '@lvra/runtime';
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
  readonly paths: DataPaths = dataPaths(mkdtempSync(join(tmpdir(), 'lvra-feature-')));
  readonly ledger = Ledger.open(this.paths.database, ['r0b'], { create: true });
  readonly work: WorkQueue = this.ledger.work('feature', 'r0b');
  readonly metrics = new Metrics();
  readonly #log = createLogger(this.paths, 'test', { stdout: false });

  /** Writes a batch file and registers it as the Python consumer does. */
  register(stem: string, batch: string | Buffer): void {
    mkdirSync(dirname(this.paths.batch(stem)), { recursive: true });
    writeFileSync(this.paths.batch(stem), batch);
    this.open(stem);
  }

  /** A stem in the status tables, independent of what is on disk. */
  open(stem: string): void {
    for (const table of ['feature_making', 'predict', 'annotating']) {
      this.ledger.database.prepare(`INSERT INTO ${table} (stem, r0b) VALUES (?, 0)`).run(stem);
    }
  }

  perform(stem: string): Promise<StageReport | undefined> {
    const { ledger, work, paths, metrics } = this;
    const task = createFeatureTask({ ledger, work, paths, log: this.#log, metrics, ...R0B });
    return task.perform(stem, { signal: new AbortController().signal, attempt: 1, elapsed: () => 12 });
  }

  /** The features of messages, in a batch of their own. */
  async featuresOf(stem: string, messages: readonly (string | Buffer)[]): Promise<FeatureFile> {
    const bytes = messages.map((message) => Buffer.from(message as string));
    this.register(
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

  all(sql: string, ...values: unknown[]): Record<string, unknown>[] {
    return this.ledger.database.prepare(sql).all(...values) as Record<string, unknown>[];
  }

  close(): void {
    this.ledger.close();
    rmSync(this.paths.root, { recursive: true });
  }
}
