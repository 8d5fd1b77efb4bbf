import { messageOf } from '@lvra/core';
import type { Manifest } from '../manifest.js';
import { OnnxRefused } from '../onnx/wire.js';
import { type Classifier, readClassifier } from './classifier.js';
import { CannotExplain, type Explainer, type Explanation } from './explanation.js';
import { type Graph, readGraph } from './graph.js';

/**
 * Reads a model of our import (`model-import/`) for explanations: exact Shapley values of its trees or its weights.
 *
 * Some 50 ms for a model of 90,000 leaves; keep it to explain several rows.
 *
 * @param bytes of the .onnx file
 * @param manifest what stands beside it
 * @throws CannotExplain if the model is of a kind that has no honest explanation
 */
export function explainerOf(bytes: Uint8Array, { features, classes }: Manifest): Explainer {
  const classifier = readClassifier(graphOf(bytes), features.length, classes.length, classes.indexOf(1));
  return new AdditiveExplainer(classifier, features.length);
}

function graphOf(bytes: Uint8Array): Graph {
  try {
    return readGraph(bytes);
  } catch (error) {
    if (error instanceof OnnxRefused) throw new CannotExplain(`the model cannot be read: ${messageOf(error)}`);
    throw error;
  }
}

class AdditiveExplainer implements Explainer {
  constructor(
    readonly classifier: Classifier,
    readonly features: number,
  ) {}

  explain(row: Float64Array, background: readonly Float64Array[]): Explanation {
    const { sum, output } = this.classifier;
    const table = this.#tableOf(row);
    if (!table)
      throw new CannotExplain('the model gives this row no score: a value is missing or infinite that it needs');
    const others = background.flatMap((other) => this.#tableOf(other) ?? []);
    if (others.length === 0)
      throw new CannotExplain('the model scores none of the rows that this one is compared with');
    const mean = others.reduce((total, other) => total + sum.valueOf(other), 0) / others.length;
    const value = output.scale * sum.valueOf(table) + output.offset;
    return {
      unit: output.isSigmoid ? 'log-odds' : 'probability',
      rows: others.length,
      base: output.scale * mean + output.offset,
      value,
      score: output.isSigmoid ? 1 / (1 + Math.exp(-value)) : value,
      contributions: sum.contributionsOf(table, others).map((each) => output.scale * each),
    };
  }

  /** What the classifier adds up for a row; undefined if the model gives the row no score. */
  #tableOf(row: Float64Array): Float64Array | undefined {
    if (row.length !== this.features) {
      throw new RangeError(`a row has ${row.length} values, but the model takes ${this.features} features`);
    }
    const { tables, input, refusals } = this.classifier;
    const all = tables.of(row);
    return refusals.some(({ at }) => Number.isNaN(all[at]?.[0])) ? undefined : all[input.at];
  }
}
