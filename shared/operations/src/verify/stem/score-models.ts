import { messageOf, StageMisconfigured, StemFailed } from '@lvra/core';
import { findModel, Model, scoreStem } from '@lvra/model';
import type { OpenLedger } from '../../open-ledger.js';

/** The scores of one stem in this many are checked with the model. */
const ONE_IN = 20;

/** The available models, to compute scores again; each is loaded once, at its first use. */
export class ScoreModels {
  readonly #open: OpenLedger;
  readonly #all: boolean;
  readonly #models = new Map<string, Promise<Model | undefined>>();
  #stems = 0;

  /** @param all whether every stem is to be checked, instead of some */
  constructor(open: OpenLedger, all: boolean) {
    this.#open = open;
    this.#all = all;
  }

  /** Whether the next stem is one of those that are checked. */
  isTurn(): boolean {
    return this.#stems++ % ONE_IN === 0 || this.#all;
  }

  /**
   * The scores that a model gives a stem's sources, of each source in the order of its rows.
   *
   * @returns undefined if the model, or what it needs of the stem, is not there
   */
  async scoresOf(stem: string, vra: string, version: string): Promise<Map<bigint, number[]> | undefined> {
    const key = JSON.stringify([vra, version]);
    const loading = this.#models.get(key) ?? this.#load(vra, version);
    this.#models.set(key, loading);
    const model = await loading;
    const settings = this.#open.settings.vras.find(({ modelName }) => modelName === vra);
    if (!model || !settings) return undefined;
    const { ledger, paths } = this.#open;
    try {
      const { rows } = await scoreStem(stem, model, { ledger, paths, features: settings.features });
      const scores = new Map<bigint, number[]>();
      for (const { diaSourceId, score } of rows) scores.set(diaSourceId, [...(scores.get(diaSourceId) ?? []), score]);
      return scores;
    } catch (error) {
      // What is wrong with the feature file has a finding of its own.
      if (error instanceof StemFailed) return undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const model of await Promise.all(this.#models.values())) await model?.close();
  }

  /** Why models could not be loaded, one line each. */
  readonly missing: string[] = [];

  async #load(name: string, version: string): Promise<Model | undefined> {
    const settings = this.#open.settings.vras.find(({ modelName }) => modelName === name);
    if (!settings) return undefined;
    try {
      const { path } = await findModel({ name, version, path: settings.modelPath });
      return await Model.load(path);
    } catch (error) {
      if (!(error instanceof StageMisconfigured)) throw error;
      this.missing.push(messageOf(error));
      return undefined;
    }
  }
}
