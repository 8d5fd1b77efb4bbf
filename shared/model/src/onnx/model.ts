import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf, STATUS, StageMisconfigured, StemFailed } from '@lvra/core';
import type { Manifest } from '../manifest.js';
import { refuseUnsafe } from './onnx-bytes.js';
import { type InferenceSession, Tensor } from './onnxruntime.js';
import { assertSameScores, type Provider } from './provider.js';
import { checkInput, ELEMENT, openSession, probabilityOutput, unusable } from './session.js';
import { tryModel } from './trial.js';

/** How far outside 0 to 1 rounding may leave a probability. */
const ROUNDING = 1e-6;

/** The most rows a model gets at once. It is also tested with this many, because its memory may grow with them. */
export const ROWS_A_RUN = 1_000;

/** What a model made of rows. */
export interface Scores {
  /** The probability of class 1, row by row; NaN if there is none. */
  readonly scores: Float64Array;
  /** The rows that have no score, by their number from 0, and why. */
  readonly unscored: ReadonlyMap<number, string>;
}

/** A classifier, checked against its manifest. */
export class Model {
  readonly #session: InferenceSession;
  readonly #output: string;

  private constructor(
    readonly path: string,
    readonly manifest: Manifest,
    session: InferenceSession,
    output: string,
  ) {
    this.#session = session;
    this.#output = output;
  }

  /**
   * Loads a model with the manifest beside it, after another process has opened it safely. The bytes that are checked
   * are the bytes that run.
   *
   * @param path of the .onnx file
   * @param provider on another than the CPU, scores of the manifest's sample must be the CPU's
   * @throws StageMisconfigured if model or manifest cannot be used, or they do not match
   */
  static async load(path: string, provider: Provider = 'cpu'): Promise<Model> {
    if (!path.endsWith('.onnx')) throw unusable(path, 'its name does not end in .onnx');
    // Imported here because the trial process does not need it, and zod loads more slowly than a model.
    const { readManifest } = await import('../find-model.js');
    const manifest = await readManifest(path);
    const bytes = await readOrExplain(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== manifest.sha256) {
      throw unusable(path, `its sha256 is ${sha256}, but its manifest says ${manifest.sha256}`);
    }
    try {
      refuseUnsafe(bytes);
    } catch (error) {
      throw unusable(path, messageOf(error), error);
    }
    const refusal = await tryModel({ path, manifest, bytes });
    if (refusal === undefined) {
      const model = await Model.open(path, manifest, bytes);
      return provider === 'cpu' ? model : model.#on(provider, bytes);
    }
    // An error of the model is kept as it is; of a process that ended only how is known.
    throw 'thrown' in refusal ? new StageMisconfigured(undefined, refusal.thrown) : unusable(path, refusal.ended);
  }

  /**
   * Opens the bytes of a model, checks them against the manifest and scores rows of zeros. Only `load` inspects the
   * bytes first.
   *
   * @param rows how many at once
   * @throws StageMisconfigured
   */
  static async open(path: string, manifest: Manifest, bytes: Uint8Array, rows = 1): Promise<Model> {
    return Model.#checked(path, manifest, await openSession(path, bytes), rows);
  }

  static async #checked(path: string, manifest: Manifest, session: InferenceSession, rows: number): Promise<Model> {
    try {
      checkInput(path, session, manifest);
      const model = new Model(path, manifest, session, probabilityOutput(path, session, manifest));
      await model.#smokeTest(rows);
      return model;
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /** The same model on another provider, in place of this one, which is closed. */
  async #on(provider: Provider, bytes: Uint8Array): Promise<Model> {
    try {
      const session = await openSession(this.path, bytes, provider);
      const model = await Model.#checked(this.path, this.manifest, session, 1);
      try {
        await assertSameScores(this.manifest, this, model, provider);
      } catch (error) {
        await model.close();
        throw new StageMisconfigured(undefined, `model ${this.path} cannot be used: ${messageOf(error)}`, {
          cause: error,
        });
      }
      return model;
    } finally {
      await this.close();
    }
  }

  /**
   * Scores rows: the probability of class 1 of each. If a run fails, it is split in halves, down to the row that makes
   * it fail, so that other rows keep their scores.
   *
   * Float outputs become the double of the same value.
   *
   * @param values row by row, the features in the manifest's order
   * @throws StemFailed 99 if the model fails with any row
   */
  async score(values: Float32Array | Float64Array, rows: number): Promise<Scores> {
    const result = { scores: new Float64Array(rows), unscored: new Map<number, string>() };
    for (let first = 0; first < rows; first += ROWS_A_RUN) {
      await this.#scoreRange(values, first, Math.min(ROWS_A_RUN, rows - first), result);
    }
    return result;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  async #scoreRange(
    values: Float32Array | Float64Array,
    first: number,
    rows: number,
    { scores, unscored }: { scores: Float64Array; unscored: Map<number, string> },
    isHalf = false,
  ): Promise<void> {
    const width = this.manifest.features.length;
    const range = values.subarray(first * width, (first + rows) * width);
    let probabilities: Float32Array | Float64Array;
    try {
      probabilities = await this.#run(range, rows);
    } catch (error) {
      if (!isHalf) await this.#refuseBroken();
      if (rows === 1) {
        scores[first] = Number.NaN;
        unscored.set(first, `the model fails: ${messageOf(error)}`);
        return;
      }
      const half = rows >> 1;
      await this.#scoreRange(values, first, half, { scores, unscored }, true);
      await this.#scoreRange(values, first + half, rows - half, { scores, unscored }, true);
      return;
    }
    const { classes } = this.manifest;
    const column = classes.indexOf(1);
    for (let row = 0; row < rows; row += 1) {
      const score = probabilities[row * classes.length + column] as number;
      // Written so that NaN is rejected, too.
      if (score >= -ROUNDING && score <= 1 + ROUNDING) scores[first + row] = score;
      else {
        scores[first + row] = Number.NaN;
        unscored.set(first + row, this.#whyUnscored(score, range.subarray(row * width, (row + 1) * width)));
      }
    }
  }

  /** @throws StemFailed 99 if the model also fails with a row of zeros: then the rows are not the cause */
  async #refuseBroken(): Promise<void> {
    try {
      await this.#run(this.#zeros(1), 1);
    } catch (error) {
      throw this.#failed(messageOf(error));
    }
  }

  /** The probabilities of rows, row by row, a column a class. */
  async #run(values: Float32Array | Float64Array, rows: number): Promise<Float32Array | Float64Array> {
    const { features, classes, input } = this.manifest;
    const tensor = new Tensor(ELEMENT[input], values as Float64Array, [rows, features.length]);
    const outputs = await this.#session.run({ [this.#session.inputNames[0] as string]: tensor }, [this.#output]);
    const { data, dims } = outputs[this.#output] as Tensor;
    if (dims.length !== 2 || dims[0] !== rows || dims[1] !== classes.length) {
      throw this.#failed(`the output ${this.#output} has the shape [${dims}], not [${rows}, ${classes.length}]`);
    }
    return data as Float32Array | Float64Array;
  }

  /** Why a row has no score, by its values. */
  #whyUnscored(score: number, values: Float32Array | Float64Array): string {
    const { features } = this.manifest;
    const named = (found: number[]) =>
      found.length > 3 ? `${found.length} features` : found.map((at) => features[at]).join(', ');
    const given = `the model gives ${score}, not a probability`;
    const places = features.map((_, at) => at);
    const infinite = places.filter((at) => Math.abs(values[at] as number) === Number.POSITIVE_INFINITY);
    if (infinite.length > 0) {
      const what = infinite.map(
        (at) => `${features[at]} is ${values[at] === Number.POSITIVE_INFINITY ? 'inf' : '-inf'}`,
      );
      return `${what.slice(0, 3).join(', ')}: ${given}; it takes finite numbers only`;
    }
    const missing = places.filter((at) => Number.isNaN(values[at]));
    if (missing.length === 0) return given;
    return `${named(missing)} missing: ${given}; a model that takes missing values would score it`;
  }

  #failed(why: string): StemFailed {
    return new StemFailed(STATUS.generic, `model ${this.path}: ${why}`);
  }

  /** Scores rows of zeros: only a run shows what a graph returns and how much memory it takes. */
  async #smokeTest(rows: number): Promise<void> {
    let why: string | undefined;
    try {
      await this.#run(this.#zeros(rows), rows);
      why = (await this.score(this.#zeros(1), 1)).unscored.get(0);
    } catch (error) {
      const of = rows === 1 ? 'a row of zeros' : `${rows} rows of zeros at once`;
      throw unusable(this.path, `it does not score ${of}: ${messageOf(error)}`, error);
    }
    if (why !== undefined) throw unusable(this.path, `it does not score a row of zeros: ${why}`);
  }

  #zeros(rows: number): Float32Array | Float64Array {
    const { features, input } = this.manifest;
    const length = rows * features.length;
    return input === 'float' ? new Float32Array(length) : new Float64Array(length);
  }
}

async function readOrExplain(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const message = `model ${path} cannot be read: ${messageOf(error)}; put it there, or set another model`;
    throw new StageMisconfigured(undefined, message, { cause: error });
  }
}
