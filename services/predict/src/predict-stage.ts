import { STATUS, StemFailed } from '@lvra/core';
import type { Ledger, QuarantineEntry, ScoreRecord, WorkQueue } from '@lvra/ledger';
import {
  edgesOf,
  type FeatureFiles,
  type FeatureTable,
  type Model,
  missingFeatures,
  type Provider,
  readStemFeatures,
  scoreTable,
} from '@lvra/model';
import type { DataFolder, StageReport, StageTask, StemContext } from '@lvra/runtime';
import type { Logger, Metrics } from '@lvra/telemetry';
import { ModelReloader, type Wanted } from './model-reloader.js';
import { ScoreMonitor } from './score-monitor.js';
import { quarantineUnscored } from './unscored-alerts.js';

export interface PredictOptions {
  readonly ledger: Ledger;
  readonly work: WorkQueue;
  readonly folder: DataFolder;
  readonly vra: string;
  /** The feature set that its models take. */
  readonly features: string;
  /** The current settings; called before each stem. */
  readonly wanted: () => Wanted & { readonly annotate: boolean };
  /** What models run on; by default the CPU. */
  readonly provider?: Provider | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * The predict stage: reads a stem's feature file and writes a score a row to the ledger.
 *
 * A stem that is scored while the VRA has annotation off is never annotated, now or later.
 *
 * Rows that the feature stage left out (status -1) do not count here. A stem without rows is done in part (-1), as is
 * one with rows that the model cannot score: their alerts go to quarantine, and the others are scored.
 */
export function createPredictTask(options: PredictOptions): StageTask {
  return new PredictTask(options);
}

class PredictTask implements StageTask {
  readonly stage = 'predict';
  readonly vra: string;
  readonly #options: PredictOptions;
  readonly #files: FeatureFiles;
  readonly #live: ModelReloader;
  readonly #watch: ScoreMonitor;

  constructor(options: PredictOptions) {
    this.#options = options;
    this.vra = options.vra;
    const { wanted, provider, metrics, log, ledger, folder, vra, features } = options;
    this.#files = { ledger, paths: folder.paths, vra, features };
    const lacking = (wantedFeatures: readonly string[]) => missingFeatures(wantedFeatures, this.#files);
    this.#live = new ModelReloader({ wanted, provider, lacking, metrics: metrics.model, log });
    this.#watch = new ScoreMonitor(metrics.model, ledger.scoreCounts);
  }

  async prepare(): Promise<void> {
    await this.#live.current();
  }

  async perform(stem: string, { elapsed, isBackfilled }: StemContext): Promise<StageReport | undefined> {
    const { ledger, work, folder, vra, wanted } = this.#options;
    // One model for the whole stem, even if the settings change meanwhile.
    const model = await this.#live.current();
    const table = await this.#read(stem, model);
    const { rows, unscored } = await scoreTable(table, model);
    const quarantined = await quarantineUnscored(stem, vra, unscored, folder);
    const scoredBy = { name: vra, version: model.manifest.version, edges: edgesOf(model.manifest) };
    const settlement = { ...outcomeOf(table.rows, unscored.length), now: Date.now(), durationMs: elapsed() };
    const annotate = { work: ledger.work('annotate', vra), isWanted: wanted().annotate };
    const together = { quarantined, annotate };
    if (!(await ledger.results.recordScores(work, stem, scoredBy, rows, settlement, together))) return undefined;
    // What was wrong with a night of the past raises no alert in this one.
    if (!isBackfilled) await this.#show(stem, model, table, rows, quarantined);
    return { status: settlement.status, rows: rows.length };
  }

  async #show(
    stem: string,
    { manifest }: Model,
    table: FeatureTable,
    rows: readonly ScoreRecord[],
    quarantined: readonly QuarantineEntry[],
  ): Promise<void> {
    const { vra, metrics, log } = this.#options;
    const scores = rows.map(({ score }) => score);
    await this.#watch.note(stem, manifest, table, scores);
    for (const { position, reason, detail } of quarantined) {
      metrics.quarantined.inc({ stage: 'predict', reason });
      log.warn({ stem, vra, position, reason }, `alert in quarantine, without a score: ${detail}`);
    }
  }

  close(): Promise<void> {
    return this.#live.close();
  }

  async #read(stem: string, { manifest }: Model): Promise<FeatureTable> {
    const { folder, features } = this.#options;
    await folder.assertVisible(stem, { kind: 'features', set: features });
    try {
      return await readStemFeatures(this.#files, stem, manifest);
    } catch (error) {
      if (error instanceof StemFailed && error.status === STATUS.columnsMissing) await this.#live.recheckFeatures();
      throw error;
    }
  }
}

function outcomeOf(rows: number, unscored: number): { readonly status: 1 | -1; readonly detail?: string } {
  if (rows === 0) return { status: STATUS.partial, detail: 'no feature row to score' };
  if (unscored === 0) return { status: STATUS.done };
  return { status: STATUS.partial, detail: `${unscored} without a score, in quarantine` };
}
