import { dirname } from 'node:path';
import { messageOf, StageMisconfigured } from '@lvra/core';
import { assertFeaturesExist, findModel, Model, type Provider, type WantedModel } from '@lvra/model';
import type { Logger, ModelMetrics } from '@lvra/telemetry';
import { type FolderLook, lookInto } from './folder-look.js';

/** The current settings. */
export interface Wanted {
  readonly model: WantedModel;
  /** What is wrong with the settings now, so that the previous ones stay in use. */
  readonly problem?: string | undefined;
}

export interface LiveModelOptions {
  readonly wanted: () => Wanted;
  /** What models run on; by default the CPU. */
  readonly provider?: Provider | undefined;
  /** Those of a model's features that the feature stage does not make. */
  readonly lacking: (features: readonly string[]) => Promise<readonly string[]>;
  readonly metrics: ModelMetrics;
  readonly log: Logger;
}

/** How long stems wait for a new model to load; after that the old one scores until it is loaded. */
const WAIT_FOR_MS = 2_000;

/** How soon a rejected model is retried though no file has changed: the feature files may have. */
const RETRY_MS = 30_000;

/**
 * The model that a stage scores with; reloads it as settings and files change.
 *
 * A new model is loaded and checked beside the old one and replaces it between two stems. The old one stays while this
 * takes long, or if the new one is rejected; it is retried when a file in its folder changes, for example because
 * copying it has finished.
 */
export class ModelReloader {
  readonly #options: LiveModelOptions;
  #model: Model | undefined;
  #refusal: StageMisconfigured | undefined;
  #refusedVersion: string | undefined;
  #look: FolderLook | undefined;
  /** Settings and files at the last attempt. */
  #tried: State | undefined;
  /** The attempt in progress: it resolves to what must be done between two stems. */
  #attempt: Promise<() => Promise<void>> | undefined;
  /** Until when stems wait for it, on the clock of `performance.now()`. */
  #waitUntil = 0;
  #tryAgainAt = 0;

  constructor(options: LiveModelOptions) {
    this.#options = options;
  }

  /**
   * The model in the settings, or the previous one if that one is rejected. Call it between two stems.
   *
   * @throws StageMisconfigured if there is neither
   */
  async current(): Promise<Model> {
    const wanted = this.#options.wanted();
    const state = this.#stateOf(wanted);
    const isTried = state.files !== undefined && isSame(state, this.#tried);
    if (!this.#attempt && (!isTried || (this.#refusal && performance.now() >= this.#tryAgainAt))) {
      this.#tried = state;
      this.#waitUntil = performance.now() + (isTried ? 0 : WAIT_FOR_MS);
      this.#attempt = this.#reload(wanted);
    }
    if (this.#attempt !== undefined) {
      const conclude = await (this.#model ? within(this.#attempt, this.#waitUntil - performance.now()) : this.#attempt);
      if (conclude) {
        this.#attempt = undefined;
        await conclude();
      }
    }
    if (this.#model) return this.#model;
    throw this.#refusal as StageMisconfigured;
  }

  /**
   * Called if a feature file lacks columns of the model.
   *
   * @throws StageMisconfigured if the other feature files lack them too: then the stem is not the cause
   */
  async recheckFeatures(): Promise<void> {
    if (!this.#model) return;
    try {
      await this.#checkFeatures(this.#model);
    } catch (error) {
      // Nothing is scored until the check has passed.
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const conclude = await this.#attempt;
    this.#attempt = undefined;
    await conclude?.();
    const model = this.#model;
    this.#model = undefined;
    this.#tried = undefined;
    await model?.close();
  }

  #stateOf({ model: { version, path }, problem }: Wanted): State {
    this.#look = lookInto(dirname(path), this.#look);
    return { version, path, problem, files: this.#look.state };
  }

  /** Finds the model and loads it. @returns what must be done between two stems */
  async #reload({ model: wanted, problem }: Wanted): Promise<() => Promise<void>> {
    try {
      if (problem !== undefined) throw new StageMisconfigured(undefined, problem);
      const found = await findModel(wanted);
      const model = this.#isInUse(found.path, found.manifest) ? undefined : await this.#checked(wanted, found.path);
      return async () => {
        if (model) await this.#activate(model);
        this.#accept();
      };
    } catch (error) {
      return async () => this.#refuse(wanted, error);
    }
  }

  /** What is in memory was checked; another manifest at the same path means another model. */
  #isInUse(path: string, manifest: Model['manifest']): boolean {
    return path === this.#model?.path && JSON.stringify(manifest) === JSON.stringify(this.#model.manifest);
  }

  async #checked({ name, version }: WantedModel, path: string): Promise<Model> {
    const model = await Model.load(path, this.#options.provider);
    try {
      // The files may have changed since they were found.
      if (model.manifest.name !== name || model.manifest.version !== version) {
        throw new StageMisconfigured(undefined, `${path} is no longer ${name} ${version}; searching again`);
      }
      await this.#checkFeatures(model);
      return model;
    } catch (error) {
      await model.close();
      throw error;
    }
  }

  async #checkFeatures({ path, manifest }: Model): Promise<void> {
    assertFeaturesExist(path, await this.#options.lacking(manifest.features));
  }

  async #activate(model: Model): Promise<void> {
    const { metrics, log } = this.#options;
    const before = this.#model;
    const { name: vra, version, features } = model.manifest;
    if (before?.manifest.version === version) {
      log.warn(
        { vra, version },
        `model ${vra} ${version} was changed in place: its earlier scores have the same version`,
      );
    }
    if (before) metrics.forget(vra, before.manifest.version, before.manifest.features);
    metrics.begin(vra, version, model.manifest.missing ?? {}, features);
    this.#model = model;
    const replacing = before ? `, replacing ${before.manifest.version}` : '';
    log.info(
      { vra, version, features: features.length },
      `model ${vra} ${version} is loaded from ${model.path}${replacing}`,
    );
    await before?.close();
  }

  #accept(): void {
    this.#forgetRefusal();
    this.#refusal = undefined;
  }

  #refuse({ name: vra, version }: WantedModel, error: unknown): void {
    const { metrics, log } = this.#options;
    const refusal =
      error instanceof StageMisconfigured
        ? error
        : new StageMisconfigured(undefined, `model ${vra} ${version}: ${messageOf(error)}`, { cause: error });
    this.#forgetRefusal();
    this.#refusedVersion = version;
    metrics.refused.set({ vra, version }, 1);
    const isNew = refusal.message !== this.#refusal?.message;
    this.#refusal = refusal;
    this.#tryAgainAt = performance.now() + RETRY_MS;
    if (!isNew || !this.#model) return;
    const stays = `version ${this.#model.manifest.version} stays in use`;
    log.error({ vra, version }, `${refusal.message}; until then ${stays}, and \`lvra model list\` shows what there is`);
  }

  #forgetRefusal(): void {
    const { metrics, wanted } = this.#options;
    if (this.#refusedVersion === undefined) return;
    metrics.refused.remove({ vra: wanted().model.name, version: this.#refusedVersion });
    this.#refusedVersion = undefined;
  }
}

/** A summary of settings and files; no files if it cannot be told whether they changed. */
interface State {
  readonly version: string;
  readonly path: string;
  readonly problem: string | undefined;
  readonly files: string | undefined;
}

function isSame(one: State, other: State | undefined): boolean {
  return (
    one.version === other?.version &&
    one.path === other.path &&
    one.problem === other.problem &&
    one.files === other.files
  );
}

/** The result of a promise within a time; undefined if it takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
