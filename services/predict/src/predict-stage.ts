import { StemFailed } from '@lvra/shared/errors';
import type { Ledger } from '@lvra/shared/ledger/ledger';
import type { WorkLedger } from '@lvra/shared/ledger/work';
import type { Logger } from '@lvra/shared/observe/log';
import type { ModelMetrics } from '@lvra/shared/observe/model-metrics';
import type { DataPaths } from '@lvra/shared/paths';
import type { StageReport, StageTask, StemContext } from '@lvra/shared/stage/task';
import { STATUS } from '@lvra/shared/status';
import { lackingFeatures } from './check-model.js';
import type { FeatureTable } from './feature-file.js';
import { LiveModel, type Wanted } from './live-model.js';
import type { Model } from './model.js';
import { edgesOf, ModelWatch } from './model-watch.js';
import { readStemFeatures } from './stem-features.js';

export interface PredictOptions {
  readonly ledger: Ledger;
  readonly work: WorkLedger;
  readonly paths: DataPaths;
  readonly vra: string;
  /** The set of features that its models take. */
  readonly features: string;
  /** What the settings want now; asked before each stem. */
  readonly wanted: () => Wanted & { readonly annotate: boolean };
  readonly metrics: ModelMetrics;
  readonly log: Logger;
}

/**
 * The predict stage: the feature file of a stem to one score a row in the ledger.
 *
 * A stem that is scored while the VRA is not to be annotated is not meant for annotating, now or later.
 *
 * Rows that the feature stage left out (status -1) have no score to miss: the stem is done with what there is. One
 * without a single row is done in part (-1).
 */
export function createPredictTask(options: PredictOptions): StageTask {
  return new PredictTask(options);
}

class PredictTask implements StageTask {
  readonly stage = 'predict';
  readonly vra: string;
  readonly #options: PredictOptions;
  readonly #live: LiveModel;
  readonly #watch: ModelWatch;
  /** The model whose drift is shown already. */
  #watched: Model | undefined;

  constructor(options: PredictOptions) {
    this.#options = options;
    this.vra = options.vra;
    const { wanted, metrics, log, ledger } = options;
    const lacking = (features: readonly string[]) => lackingFeatures(features, options);
    this.#live = new LiveModel({ wanted, lacking, metrics, log });
    this.#watch = new ModelWatch(metrics, ledger.scoreCounts);
  }

  async prepare(): Promise<void> {
    const model = await this.#live.current();
    if (model !== this.#watched) this.#watch.noteStability(model.manifest);
    this.#watched = model;
  }

  async perform(stem: string, { elapsed }: StemContext): Promise<StageReport | undefined> {
    const { ledger, work, vra, wanted } = this.#options;
    // One model for all of the stem, whatever the settings say meanwhile.
    const model = await this.#live.current();
    const table = await this.#read(stem, model);
    const scores = table.rows > 0 ? await model.score(table.values, table.rows) : new Float64Array(0);
    const rows = Array.from(scores, (score, row) => ({
      diaObjectId: table.diaObjectIds[row] as bigint,
      diaSourceId: table.diaSourceIds[row] as bigint,
      score,
    }));
    const scoredBy = { name: vra, version: model.manifest.version, edges: edgesOf(model.manifest) };
    // None of its alerts gave a row: all are in quarantine, or without data.
    const none = rows.length === 0 ? { status: STATUS.partial, detail: 'no feature row to score' } : undefined;
    const settlement = { status: STATUS.done, now: Date.now(), durationMs: elapsed(), ...none };
    const unwanted = wanted().annotate ? undefined : ledger.work('annotate', vra);
    if (!ledger.results.recordScores(work, stem, scoredBy, rows, settlement, unwanted)) return undefined;
    this.#watch.note(model.manifest, table, scores);
    return { status: settlement.status, rows: rows.length };
  }

  close(): Promise<void> {
    return this.#live.close();
  }

  async #read(stem: string, { manifest }: Model): Promise<FeatureTable> {
    try {
      return await readStemFeatures(this.#options, stem, manifest);
    } catch (error) {
      if (error instanceof StemFailed && error.status === STATUS.columnsMissing) await this.#live.suspect();
      throw error;
    }
  }
}
