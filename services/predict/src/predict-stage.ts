import { StageMisconfigured } from '@lvra/shared/errors';
import type { Ledger } from '@lvra/shared/ledger/ledger';
import type { WorkLedger } from '@lvra/shared/ledger/work';
import type { Logger } from '@lvra/shared/observe/log';
import type { DataPaths } from '@lvra/shared/paths';
import type { StageReport, StageTask, StemContext } from '@lvra/shared/stage/task';
import { STATUS } from '@lvra/shared/status';
import { readFeatureFile } from './feature-file.js';
import { Model } from './model.js';

export interface PredictOptions {
  readonly ledger: Ledger;
  readonly work: WorkLedger;
  readonly paths: DataPaths;
  readonly vra: {
    readonly name: string;
    /** The model version that the settings ask for; the manifest must have the same. */
    readonly version: string;
    /** The .onnx file; its manifest is beside it. */
    readonly modelPath: string;
  };
  readonly log: Logger;
}

/**
 * The predict stage: the feature file of a stem to one score a row in the ledger.
 *
 * Rows that the feature stage left out (status -1) have no score to miss: the stem is done with what there is.
 */
export function createPredictTask(options: PredictOptions): StageTask {
  return new PredictTask(options);
}

class PredictTask implements StageTask {
  readonly stage = 'predict';
  readonly vra: string;
  readonly #options: PredictOptions;
  #model: Model | undefined;

  constructor(options: PredictOptions) {
    this.#options = options;
    this.vra = options.vra.name;
  }

  async prepare(): Promise<void> {
    await this.#ready();
  }

  async perform(stem: string, { elapsed }: StemContext): Promise<StageReport | undefined> {
    const { ledger, work, paths, vra } = this.#options;
    const model = await this.#ready();
    const table = await readFeatureFile(paths.features(stem), model.manifest.features, model.manifest.input);
    const scores = table.rows > 0 ? await model.score(table.values, table.rows) : new Float64Array(0);
    const rows = Array.from(scores, (score, row) => ({
      diaObjectId: table.diaObjectIds[row] as bigint,
      diaSourceId: table.diaSourceIds[row] as bigint,
      score,
    }));
    const recorded = ledger.results.recordScores(work, stem, { name: vra.name, version: vra.version }, rows, {
      status: STATUS.done,
      now: Date.now(),
      durationMs: elapsed(),
    });
    return recorded ? { status: STATUS.done, rows: rows.length } : undefined;
  }

  async close(): Promise<void> {
    await this.#model?.close();
    this.#model = undefined;
  }

  /** The model, loaded once. */
  async #ready(): Promise<Model> {
    this.#model ??= await this.#load();
    return this.#model;
  }

  async #load(): Promise<Model> {
    const { vra, log } = this.#options;
    const model = await Model.load(vra.modelPath);
    const { name, version, features } = model.manifest;
    if (version !== vra.version) {
      await model.close();
      throw new StageMisconfigured(
        undefined,
        `the settings want version ${vra.version} of ${vra.name}, but ${vra.modelPath} is version ${version}; set the one or the other`,
      );
    }
    log.info(
      { vra: vra.name, version, features: features.length },
      `model ${name} ${version} is loaded from ${vra.modelPath}`,
    );
    return model;
  }
}
