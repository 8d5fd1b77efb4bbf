import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvelope } from '@lvra/alerts';
import { AlertRejected, messageOf, stemOf } from '@lvra/core';
import { createFeatureTask } from '@lvra/feature';
import { featureSet } from '@lvra/features';
import { Ledger } from '@lvra/ledger';
import { addStem } from '@lvra/ledger/testing/ledgers';
import { rowsIn, valuesIn } from '@lvra/ledger/testing/look-inside';
import { CsvScanner } from '@lvra/model';
import { createPredictTask } from '@lvra/predict';
import { DataFolder, type StageTask } from '@lvra/runtime';
import type { SimulatedAlert } from '@lvra/simulator';
import { type DataPaths, dataPaths } from '@lvra/store';
import { createLogger, Metrics } from '@lvra/telemetry';

/** A row of a feature file: cells by column. */
export type Cells = ReadonlyMap<string, string>;

/** What an alert has that stands among good ones alone. */
export interface Alone {
  readonly cells: Cells;
  readonly score: number;
}

/** The result of a stem. */
export interface Stem {
  /** The message, if a stage gave it up. */
  readonly failure: string | undefined;
  /** By diaSourceId, as the ledger has them. */
  readonly scores: ReadonlyMap<bigint, readonly number[]>;
  /** By diaSourceId, as the feature file has them. */
  readonly rows: ReadonlyMap<string, readonly Cells[]>;
  /** The place where each message without a score ended. */
  readonly aside: readonly string[];
}

const VRA = 'r0b';
/** In memory if there is such a folder: the disk is not under test. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const MODEL = fileURLToPath(new URL('../../../deploy/models/demo/r0b_demo.onnx', import.meta.url));

/** The feature and the predict stage with the demonstration model, over a data folder of their own. */
export class NeighbourWorld {
  readonly #paths: DataPaths;
  readonly #ledger: Ledger;
  readonly #tasks: readonly StageTask[];
  #second = 0;

  static async create(): Promise<NeighbourWorld> {
    const paths = dataPaths(mkdtempSync(join(FOLDER, 'lvra-neighbours-')));
    return new NeighbourWorld(paths, await Ledger.open(paths.database, [VRA], { create: true }));
  }

  private constructor(paths: DataPaths, ledger: Ledger) {
    this.#paths = paths;
    this.#ledger = ledger;
    const metrics = new Metrics();
    const log = createLogger(paths, 'fuzz', { stdout: false, level: 'fatal' });
    const model = { name: VRA, version: 'demo', path: MODEL };
    const common = { ledger, folder: new DataFolder(paths, ledger), metrics, log, vra: VRA };
    this.#tasks = [
      createFeatureTask({ ...common, work: ledger.work('feature', VRA), set: featureSet(), siblings: [] }),
      createPredictTask({
        ...common,
        work: ledger.work('predict', VRA),
        features: featureSet().name,
        wanted: () => ({ model, annotate: true, problem: undefined }),
      }),
    ];
  }

  /** What each of these alerts has in a stem of all of them. */
  async alone(alerts: readonly SimulatedAlert[]): Promise<Map<bigint, Alone>> {
    const { rows, scores } = await this.run(alerts.map(({ text }) => Buffer.from(text)));
    return new Map(
      alerts.map(({ diaSourceId: id }) => [
        id,
        { cells: rows.get(String(id))?.[0] as Cells, score: scores.get(id)?.[0] as number },
      ]),
    );
  }

  /** Takes messages as one stem of the consumer's. */
  async run(messages: readonly Buffer[]): Promise<Stem> {
    const stem = stemOf(new Date(Date.UTC(2026, 1, 2) + 1_000 * this.#second++));
    const refused: string[] = [];
    const taken = messages.filter((message) => {
      const reason = refusal(message);
      if (reason !== undefined) refused.push(`consumer ${reason}`);
      return reason === undefined;
    });
    await this.#register(stem, taken);
    const failure = await this.#perform(stem);
    const rows = failure === undefined ? await rowsOf(this.#paths.features(stem)) : new Map();
    const scores = await this.#scores(stem);
    const aside = [...refused, ...(await this.#aside(stem))];
    const withoutAlert = messages.length - aside.length - [...scores.values()].flat().length;
    this.#clear(stem);
    return { failure, rows, scores, aside: [...aside, ...(withoutAlert === 1 ? ['without alert'] : [])] };
  }

  async close(): Promise<void> {
    for (const task of this.#tasks) await task.close?.();
    await this.#ledger.close();
    rmSync(this.#paths.root, { recursive: true });
  }

  async #register(stem: string, messages: readonly Buffer[]): Promise<void> {
    const path = this.#paths.batch(stem);
    mkdirSync(dirname(path), { recursive: true });
    const parts = messages.flatMap((bytes, n) => (n === 0 ? [bytes] : [Buffer.from(',\n'), bytes]));
    writeFileSync(path, Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']\n')]));
    await addStem(this.#ledger, stem);
  }

  /** Removes the stem's files: those of thousands would fill the memory. */
  #clear(stem: string): void {
    rmSync(this.#paths.batch(stem));
    rmSync(this.#paths.features(stem), { force: true });
  }

  async #perform(stem: string): Promise<string | undefined> {
    const context = { signal: new AbortController().signal, attempt: 1, elapsed: () => 1 };
    try {
      for (const task of this.#tasks) {
        await task.prepare?.();
        await task.perform(stem, context);
      }
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  async #scores(stem: string): Promise<Map<bigint, number[]>> {
    const rows = await rowsIn<{ diaSourceId: bigint; score: number }>(
      this.#ledger,
      'SELECT diaSourceId, score FROM provenance WHERE stem = ?',
      stem,
    );
    const scores = new Map<bigint, number[]>();
    for (const { diaSourceId, score } of rows) scores.set(diaSourceId, [...(scores.get(diaSourceId) ?? []), score]);
    return scores;
  }

  async #aside(stem: string): Promise<string[]> {
    return valuesIn(this.#ledger, "SELECT stage || ' ' || reason FROM quarantine WHERE stem = ?", stem);
  }
}

function refusal(message: Buffer): string | undefined {
  try {
    readEnvelope(message);
    return undefined;
  } catch (error) {
    if (error instanceof AlertRejected) return error.reason;
    throw error;
  }
}

async function rowsOf(path: string): Promise<Map<string, Cells[]>> {
  const file = await open(path, 'r');
  try {
    const scanner = new CsvScanner(async (target) => (await file.read(target)).bytesRead);
    await scanner.advance();
    const header = Array.from({ length: scanner.cells }, (_, cell) => scanner.name(cell));
    const rows = new Map<string, Cells[]>();
    while (await scanner.advance()) {
      const cells = new Map(header.map((column, cell) => [column, scanner.text(cell)]));
      const id = cells.get('diaSourceId') ?? '';
      rows.set(id, [...(rows.get(id) ?? []), cells]);
    }
    return rows;
  } finally {
    await file.close();
  }
}
