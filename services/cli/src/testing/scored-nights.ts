import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Ledger } from '@lvra/ledger';
import { tuplesIn } from '@lvra/ledger/testing/look-inside';
import { ModelFolder } from '@lvra/model/testing/model-folder';
import { type Sandbox, startSandbox } from '@lvra/simulator';
import { type DataPaths, dataPaths } from '@lvra/store';
import { type Ran, runLvra } from './run-lvra.js';

/** All nights that stems of a test can have. */
export const ALL_NIGHTS = ['--from', '20260101', '--to', '20991231'] as const;

/** A test, or all of a file. */
interface Ending {
  after(end: () => Promise<void> | void): void;
}

/** For tests: a data folder with simulated alerts that r0b has scored with version a1 and annotated at a sandbox. */
export class ScoredNights {
  readonly root = mkdtempSync(join(tmpdir(), 'lvra-nights-'));
  readonly paths: DataPaths = dataPaths(join(this.root, 'data'));
  readonly #settings = join(this.root, 'settings.yaml');
  #vras = ['r0b'];

  private constructor(
    readonly models: ModelFolder,
    readonly sandbox: Sandbox,
  ) {
    mkdirSync(this.paths.root);
    writeFileSync(this.#settings, `endpoint: ${sandbox.endpoint}\nvras: [r0b.yaml]\n`);
    models.put('demo', 'a1');
    models.put('simple', 'a2');
    this.configure('a1');
  }

  /** Without alerts; ends with the test, or the file. */
  static async empty(t: Ending): Promise<ScoredNights> {
    const sandbox = await startSandbox();
    t.after(() => sandbox.close());
    const nights = new ScoredNights(new ModelFolder(t as unknown as TestContext), sandbox);
    t.after(() => rmSync(nights.root, { recursive: true, force: true }));
    return nights;
  }

  /** Simulates alerts, in batches of `batch`, and does all that is to be done with them. */
  async simulate(alerts: number, batch: number): Promise<this> {
    const source = ['--source', 'simulate', '--simulate-count', String(alerts)];
    const ran = await this.run(['run', '--once', ...source], { LVRA_BATCH_ALERTS: String(batch) });
    if (ran.code !== 0) throw new Error(ran.stderr + ran.stdout);
    return this;
  }

  /** A copy that ends with the test, with a sandbox of its own. */
  async copy(t: TestContext): Promise<ScoredNights> {
    const nights = await ScoredNights.empty(t);
    cpSync(this.paths.root, nights.paths.root, { recursive: true });
    return nights;
  }

  /** Writes the VRA's file. @param more keys of it */
  configure(version: string, more: Readonly<Record<string, string>> = {}): void {
    const keys = {
      MODEL_NAME: 'r0b',
      MODEL_VERSION: version,
      MODEL_PATH: this.models.file('a1'),
      TOPIC_OUT: 'r0b_lvra',
    };
    const lines = Object.entries({ ...keys, ...more }).map(([key, value]) => `${key}: ${value}\n`);
    writeFileSync(join(this.root, 'r0b.yaml'), lines.join(''));
  }

  get environment(): Record<string, string> {
    return {
      LVRA_SETTINGS: this.#settings,
      LVRA_DATA_ROOT: this.paths.root,
      LVRA_KAFKA_SERVER: '127.0.0.1:1',
      LVRA_MY_TOPIC: 'none',
      LVRA_GROUP_ID: 'none',
      LASAIR_LSST_TOKEN: 'sandbox-token',
    };
  }

  run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return runLvra(words, { ...this.environment, ...environment });
  }

  /** Adds the VRA r0b_next, which scores beside r0b from now on and does not annotate. @param model it scores with */
  addShadow(model: 'demo' | 'simple' = 'simple'): void {
    const path = this.models.put(model, 'b1', {}, 'r0b_next');
    const keys = { MODEL_NAME: 'r0b_next', MODEL_VERSION: 'b1', MODEL_PATH: path, TOPIC_OUT: 'next', ANNOTATE: 'no' };
    const lines = Object.entries(keys).map(([key, value]) => `${key}: ${value}\n`);
    writeFileSync(join(this.root, 'r0b_next.yaml'), lines.join(''));
    writeFileSync(this.#settings, `endpoint: ${this.sandbox.endpoint}\nvras: [r0b.yaml, r0b_next.yaml]\n`);
    this.#vras = ['r0b', 'r0b_next'];
  }

  /** Asks for a backfill over all nights. */
  backfill(vra: string, ...options: string[]): Promise<Ran> {
    return this.run(['backfill', '--vra', vra, ...ALL_NIGHTS, ...options]);
  }

  /** Does all that is to be done, backfills included. */
  workOff(): Promise<Ran> {
    return this.run(['run', '--once', '--source', 'none']);
  }

  /** Looks into the ledger; integers come as bigint. */
  async look<T>(use: (ledger: Ledger) => T | Promise<T>): Promise<T> {
    const ledger = await Ledger.open(this.paths.database, this.#vras, { create: false });
    try {
      return await use(ledger);
    } finally {
      await ledger.close();
    }
  }

  /** Rows of a question to the ledger, each as a list. */
  async rows(sql: string): Promise<unknown[][]> {
    return this.look((ledger) => tuplesIn(ledger, sql));
  }

  /** The stems, oldest first. */
  async stems(): Promise<string[]> {
    return (await this.rows('SELECT stem FROM feature_making ORDER BY stem')).map(([stem]) => stem as string);
  }
}
