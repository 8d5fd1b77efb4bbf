import assert from 'node:assert/strict';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@lvra/sandbox/sandbox';
import { Ledger } from '@lvra/shared/ledger/ledger';
import { type DataPaths, dataPaths } from '@lvra/shared/paths';
import { loadSettings, type Settings } from '@lvra/shared/settings/settings';
import { stagesOf } from '@lvra/shared/settings/stage-vras';
import { simulateAlerts } from '@lvra/shared/simulator/simulator';
import type { Findings } from '../verify/findings.js';
import { verify } from '../verify/verify.js';
import { runLvra, temporaryFolder } from './run-lvra.js';
import { run, type Victim } from './victim.js';

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
    asFromKafka(dataPaths(this.root));
  }

  /** Verifies a copy of the data folder after `damage`; the sandbox is then what it was. */
  async verified(
    damage: (victim: Victim) => void,
    adapt: (settings: Settings) => Settings = (settings) => settings,
  ): Promise<Findings> {
    const root = join(this.folder, 'copy');
    cpSync(this.root, root, { recursive: true });
    const { sandbox } = this;
    const settings = adapt(loadSettings({ environment: { ...this.environment, LVRA_DATA_ROOT: root } }));
    const vras = settings.vras.map(({ modelName }) => modelName);
    const paths = dataPaths(root);
    const ledger = Ledger.open(paths.database, vras, { create: false });
    const kept = new Map(sandbox.annotations);
    try {
      const stems = ledger.database.prepare('SELECT stem FROM batch ORDER BY stem').pluck().all() as string[];
      damage({ paths, ledger, sandbox, stems });
      return await verify(
        { settings, paths, ledger, vras, stages: stagesOf(settings) },
        {
          range: ['00000000_000000', '99999999_999999'],
          kafka: false,
          sandbox: sandbox.endpoint,
          lookAgainMs: 0,
          onProgress: () => {},
        },
      );
    } finally {
      ledger.close();
      rmSync(root, { recursive: true });
      const annotations = sandbox.annotations as Map<string, unknown>;
      annotations.clear();
      for (const [key, held] of kept) annotations.set(key, held);
    }
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    this.#remove();
  }
}

/** Gives stems that were read from a file the offsets that they would have, had they come from Kafka. */
function asFromKafka(paths: DataPaths): void {
  const ledger = Ledger.open(paths.database, ['r0b'], { create: false });
  run(ledger, "UPDATE batch SET source = 'kafka'");
  const stems = ledger.database
    .prepare(
      `SELECT stem, alerts + (SELECT count(*) FROM quarantine WHERE quarantine.stem = batch.stem AND stage = 'consumer')
         AS messages FROM batch ORDER BY stem`,
    )
    .all() as { stem: string; messages: bigint }[];
  let next = 1000n;
  for (const { stem, messages } of stems) {
    run(
      ledger,
      `INSERT INTO batch_offsets (stem, group_id, topic, partition, first_offset, next_offset)
       VALUES (?, 'g', 'topic', 0, ?, ?)`,
      stem,
      next,
      next + messages,
    );
    next += messages;
  }
  run(
    ledger,
    `INSERT INTO kafka_position (group_id, topic, partition, next_offset, fingerprint) VALUES ('g', 'topic', 0, ?, 'f')`,
    next,
  );
  ledger.close();
}
