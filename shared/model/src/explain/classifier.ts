import type { AdditiveModel } from './additive.js';
import { CannotExplain } from './explanation.js';
import { type Graph, integersOf, type Node } from './graph.js';
import { LinearModel } from './linear-model.js';
import { afterSums, type Output, type Outputs, sumsOf } from './outputs.js';
import { type Constant, RowTables, type Table } from './row-tables.js';
import { readTreeEnsemble } from './tree-ensemble.js';
import { TreeModel } from './tree-model.js';

/** The names that the import gives the table of features and the table of probabilities. */
const FEATURES = 'X';
const PROBABILITIES = 'probabilities';

/** A classifier taken apart: rows become tables, one table is added up, and the score follows from the sum. */
export interface Classifier {
  readonly tables: RowTables;
  /** The table that is added up. */
  readonly input: Table;
  readonly sum: AdditiveModel;
  /** How the probability follows from the sum. */
  readonly output: Output;
  /** Tables of one number, which is NaN where the model gives a row no probability. */
  readonly refusals: readonly Table[];
}

/**
 * Takes the graph of an imported model apart, from the probabilities back to the features.
 *
 * @param features how many the model takes
 * @param classes how many it tells apart
 * @param wanted the class whose probability is the score, by its place among the probabilities
 * @throws CannotExplain if the graph is not of the import, or its score is not of one sum
 */
export function readClassifier(graph: Graph, features: number, classes: number, wanted: number): Classifier {
  const tables = new RowTables(features);
  const known = new Map<string, Table | Constant | Outputs>([[FEATURES, tables.features]]);
  const begun = new Set<string>();
  let classifier: { node: Node; input: Table } | undefined;

  const ofName = (name: string): Table | Constant | Outputs => {
    const value = known.get(name);
    if (value) return value;
    if (begun.has(name)) throw new CannotExplain(`the model cannot be read: its graph leads back to ${name}`);
    begun.add(name);
    const made = read(name);
    known.set(name, made);
    return made;
  };
  const read = (name: string): Table | Constant | Outputs => {
    const constant = graph.constants.get(name);
    if (constant) return { kind: 'constant', numbers: constant.numbers };
    const node = graph.nodes.get(name);
    if (!node) throw new CannotExplain(`no explanation for this kind of model: nothing in its graph gives ${name}`);
    const sums = sumsIn(node, graph);
    if (sums === undefined) {
      const inputs = node.inputs.map(ofName);
      if (inputs.some((input) => input.kind === 'outputs')) return afterSums(node, inputs);
      return tables.add(node, inputs as (Table | Constant)[]);
    }
    const input = ofName(node.inputs[0] ?? '');
    if (classifier || input.kind !== 'table') {
      throw new CannotExplain('no explanation for this kind of model: it puts classifiers together');
    }
    classifier = { node, input };
    return sumsOf(sums);
  };

  const probabilities = ofName(PROBABILITIES);
  if (probabilities.kind !== 'outputs' || probabilities.columns.length !== classes || !classifier) {
    throw new CannotExplain(
      'no explanation for this kind of model: its probabilities are not of a classifier of our import',
    );
  }
  const output = probabilities.columns[wanted] as Output;
  const { node, input } = classifier;
  const sum = sumOf(node, graph, output.target, input, features);
  return { tables, input, sum, output, refusals: probabilities.refusals };
}

/** How many sums a node of a classifier makes; undefined if it is none. */
function sumsIn(node: Node, graph: Graph): number | undefined {
  if (node.operator === 'TreeEnsemble') return integersOf(node, 'n_targets')[0];
  if (node.operator === 'MatMul') return graph.constants.get(node.inputs[1] ?? '')?.dims[1];
  return undefined;
}

function sumOf(node: Node, graph: Graph, target: number, { featureOf }: Table, features: number): AdditiveModel {
  if (node.operator === 'TreeEnsemble') {
    return new TreeModel(readTreeEnsemble(node, target, featureOf.length), featureOf, features);
  }
  const { dims, numbers } = graph.constants.get(node.inputs[1] as string)!;
  const weights = numbers.filter((_, at) => at % (dims[1] as number) === target);
  if (weights.length !== featureOf.length) {
    throw new CannotExplain(
      `no explanation: the model has ${weights.length} weights for ${featureOf.length} columns, as if made for other features`,
    );
  }
  return new LinearModel(weights, featureOf, features);
}
