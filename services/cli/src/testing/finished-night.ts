import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadSettings, type Settings, stagesOf } from '@lvra/config';
import { STAGES } from '@lvra/core';
import { Ledger } from '@lvra/ledger';
import { rowsIn, valuesIn } from '@lvra/ledger/testing/look-inside';
import { connectionOf } from '@lvra/ledger/testing/sqlite';
import { type Findings, verify, verifyLedgerFile } from '@lvra/operations';
import { DataFolder } from '@lvra/runtime';
import { type Sandbox, simulateAlerts, startSandbox } from '@lvra/simulator';
import { type DataPaths, dataPaths } from '@lvra/store';
import { run, type Victim } from './damage/victim.js';
import { follow, type Operator } from './follow.js';
import { runLvra, temporaryFolder } from './run-lvra.js';
import { type Truth, truthOf } from './truth.js';

/** Settings of a test's own, made of those that the night was made with. */
type Adapt = (settings: Settings) => Settings;
const asItIs: Adapt = (settings) => settings;

/** A fixed finding may reveal another one; after this many rounds nothing improves any more. */
const MOST_ROUNDS = 3;

/** A data folder in which all is done and as promised, and the sandbox that holds its annotations. */
export class FinishedNight {
  /** For `lvra` in this folder. */
  readonly environment: Readonly<Record<string, string>>;
  readonly root: string;
  readonly sandbox: Sandbox;
  /** Holds the data folder; copies of that go beside it. */
  readonly folder: string;
  readonly #remove: () => void;

  private constructor(sandbox: Sandbox) {
    const { folder, remove } = temporaryFolder();
    this.#remove = remove;
    this.folder = folder;
    this.root = join(folder, 'whole');
    this.sandbox = sandbox;
    this.environment = {
      LVRA_DATA_ROOT: this.root,
      LVRA_ENDPOINT: sandbox.endpoint,
      LASAIR_LSST_TOKEN: 'sandbox-token',
      LVRA_BATCH_ALERTS: '16',
    };
  }

  /** 90 alerts of objects that come again, some of which cannot be used. */
  static async make(): Promise<FinishedNight> {
    const night = new FinishedNight(await startSandbox());
    try {
      await night.#fill();
      return night;
    } catch (error) {
      await night.close();
      throw error;
    }
  }

  async #fill(): Promise<void> {
    const input = join(this.folder, 'alerts.ndjson');
    const alerts = simulateAlerts({ seed: 3, forms: 'mixed', meanSources: 4, revisits: 0.4 });
    const lines = Array.from({ length: 90 }, () => alerts.next().value.text);
    writeFileSync(input, `${lines.toSpliced(20, 0, '{"diaObjectId": 12345678901234').join('\n')}\n`);
    assert.equal((await runLvra(['init'], this.environment)).code, 0);
    const words = ['run', '--once', '--source', 'replay', '--replay-path', input];
    const ran = await runLvra(words, this.environment);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    await asFromKafka(dataPaths(this.root));
    removeEmptyFolders(this.root);
  }

  /** Verifies a copy of the data folder after `damage`; the sandbox is then what it was. */
  verified(damage: (victim: Victim) => Promise<void>, adapt: Adapt = asItIs): Promise<Findings> {
    return this.#withCopy(async (root) => {
      await this.#damage(root, damage, adapt);
      return this.#verify(root, adapt);
    });
  }

  /**
   * Damages a copy, then does what is said of one finding after the other, and looks again after each, until nothing is
   * found any more.
   *
   * @param found what `verified` finds after this damage: every copy has the same path
   * @returns what is found at the end, and what the copy and the sandbox hold then
   */
  mended(damage: (victim: Victim) => Promise<void>, found: Findings): Promise<{ last: Findings; truth: Truth }> {
    return this.#withCopy(async (root) => {
      await this.#damage(root, damage);
      let last = found;
      for (let round = 0; round < MOST_ROUNDS && last.total > 0; round++) {
        for (const todo of new Set(last.kept.map((finding) => finding.todo))) {
          if (!last.kept.some((finding) => finding.todo === todo)) continue;
          await follow(todo, this.#operatorOf(root));
          last = await this.#verify(root);
        }
      }
      return { last, truth: await truthOf(dataPaths(root), this.sandbox) };
    });
  }

  /** What the whole data folder and the sandbox hold. */
  truth(): Promise<Truth> {
    return truthOf(dataPaths(this.root), this.sandbox);
  }

  #operatorOf(root: string): Operator {
    const { database } = dataPaths(root);
    return {
      run: (words) => runLvra(words, { ...this.environment, LVRA_DATA_ROOT: root }),
      copyOf: (path) => join(this.root, relative(root, path)),
      hasWork: () => hasWork(database),
      restoreLedger: () => {
        for (const ending of ['-wal', '-shm']) rmSync(`${database}${ending}`, { force: true });
        cpSync(dataPaths(this.root).database, database);
      },
    };
  }

  /** Lends a copy of the data folder; what the sandbox holds is the same again afterwards. */
  async #withCopy<T>(use: (root: string) => Promise<T>): Promise<T> {
    const root = join(this.folder, 'copy');
    cpSync(this.root, root, { recursive: true, preserveTimestamps: true });
    const kept = new Map(this.sandbox.annotations);
    try {
      return await use(root);
    } finally {
      rmSync(root, { recursive: true });
      const annotations = this.sandbox.annotations as Map<string, unknown>;
      annotations.clear();
      for (const [key, held] of kept) annotations.set(key, held);
    }
  }

  #settings(root: string, adapt: Adapt): Settings {
    return adapt(loadSettings({ environment: { ...this.environment, LVRA_DATA_ROOT: root } }));
  }

  async #damage(root: string, damage: (victim: Victim) => Promise<void>, adapt: Adapt = asItIs): Promise<void> {
    const paths = dataPaths(root);
    const vras = this.#settings(root, adapt).vras.map(({ modelName }) => modelName);
    const ledger = await Ledger.open(paths.database, vras, { create: false });
    try {
      const stems = await valuesIn<string>(ledger, 'SELECT stem FROM batch ORDER BY stem');
      await damage({ paths, ledger, sandbox: this.sandbox, stems });
    } finally {
      await ledger.close();
    }
  }

  async #verify(root: string, adapt: Adapt = asItIs): Promise<Findings> {
    const settings = this.#settings(root, adapt);
    const vras = settings.vras.map(({ modelName }) => modelName);
    const paths = dataPaths(root);
    const broken = verifyLedgerFile(paths.database);
    if (broken) return broken;
    const ledger = await Ledger.open(paths.database, vras, { create: false });
    try {
      return await verify(
        { settings, paths, folder: new DataFolder(paths, ledger), ledger, vras, stages: stagesOf(settings) },
        {
          range: ['00000000_000000', '99999999_999999'],
          kafka: false,
          sandbox: this.sandbox.endpoint,
          scores: false,
          lookAgainMs: 0,
          onProgress: () => {},
        },
      );
    } finally {
      await ledger.close();
    }
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    this.#remove();
  }
}

/** `lvra init` makes a folder for every year to come: to copy those would take longer than all the rest. */
function removeEmptyFolders(root: string): void {
  const folders = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { parentPath, name } of folders.reverse()) {
    const path = join(parentPath, name);
    if (readdirSync(path).length === 0) rmdirSync(path);
  }
}

async function hasWork(path: string): Promise<boolean> {
  const ledger = await Ledger.open(path, ['r0b'], { create: false });
  try {
    const unfinished = await Promise.all(STAGES.map((stage) => ledger.overview.unfinished(stage, 'r0b')));
    return unfinished.flat().length > 0;
  } finally {
    await ledger.close();
  }
}

/** Gives stems that were read from a file the offsets that they would have, had they come from Kafka. */
async function asFromKafka(paths: DataPaths): Promise<void> {
  const ledger = await Ledger.open(paths.database, ['r0b'], { create: false });
  await run(ledger, "UPDATE batch SET source = 'kafka'");
  const stems = await rowsIn<{ stem: string; messages: bigint }>(
    ledger,
    `SELECT stem, alerts + (SELECT count(*) FROM quarantine WHERE quarantine.stem = batch.stem AND stage = 'consumer')
         AS messages FROM batch ORDER BY stem`,
  );
  let next = 1000n;
  for (const { stem, messages } of stems) {
    await run(
      ledger,
      `INSERT INTO batch_offsets (stem, group_id, topic, partition, first_offset, next_offset)
       VALUES (?, 'g', 'topic', 0, ?, ?)`,
      stem,
      next,
      next + messages,
    );
    next += messages;
  }
  await run(
    ledger,
    `INSERT INTO kafka_position (group_id, topic, partition, next_offset, fingerprint) VALUES ('g', 'topic', 0, ?, 'f')`,
    next,
  );
  // As a copy of it that lvra backup makes.
  connectionOf(ledger).pragma('wal_checkpoint(TRUNCATE)');
  await ledger.close();
}
