import { CannotExplain } from './explanation.js';
import { integersOf, type Node, tensorOf } from './graph.js';

/** Instead of a column: the node is a leaf. */
export const LEAF = -1;

/**
 * The trees that add up to one output of a TreeEnsemble. Nodes of a tree stand in the order in which they are met from
 * its root, left before right, so that a left child follows its parent.
 */
export interface TreeEnsemble {
  readonly roots: Int32Array;
  /** Which column a node looks at, or `LEAF`. */
  readonly column: Int32Array;
  /** Of an inner node its threshold: a row goes left where its value is at most that. Of a leaf what it adds. */
  readonly value: Float64Array;
  /** Whether a missing value goes left. */
  readonly missingLeft: Uint8Array;
  readonly right: Int32Array;
}

/** How a node compares: 0 is "at most". */
const AT_MOST = 0;

/**
 * @param node of operator TreeEnsemble (ai.onnx.ml 5), as `model-import/model_import/trees.py` writes it
 * @param target the output whose trees are wanted
 * @param columns how many the table has that it looks at
 * @throws CannotExplain if it has another form
 */
export function readTreeEnsemble(node: Node, target: number, columns: number): TreeEnsemble {
  const columnOf = integersOf(node, 'nodes_featureids');
  const splits = tensorOf(node, 'nodes_splits');
  const missing = integersOf(node, 'nodes_missing_value_tracks_true');
  const lefts = integersOf(node, 'nodes_truenodeids');
  const leftIsLeaf = integersOf(node, 'nodes_trueleafs');
  const rights = integersOf(node, 'nodes_falsenodeids');
  const rightIsLeaf = integersOf(node, 'nodes_falseleafs');
  const targets = integersOf(node, 'leaf_targetids');
  const weights = tensorOf(node, 'leaf_weights');
  if (tensorOf(node, 'nodes_modes').some((mode) => mode !== AT_MOST))
    throw odd('it compares otherwise than with "at most"');

  // A tree of one leaf is written as a node with that leaf on both sides, so there can be more leaves than weights.
  const most = 2 * splits.length + integersOf(node, 'tree_roots').length;
  const column = new Int32Array(most);
  const value = new Float64Array(most);
  const missingLeft = new Uint8Array(most);
  const right = new Int32Array(most);
  const roots: number[] = [];
  let count = 0;

  const add = (at: number, isLeaf: number): number => {
    const place = count++;
    if (place >= most || at >= (isLeaf ? weights : splits).length) throw odd('a tree of it does not end');
    if (isLeaf) {
      column[place] = LEAF;
      value[place] = weights[at] as number;
      return place;
    }
    column[place] = columnOf[at] as number;
    if ((column[place] as number) >= columns)
      throw odd(`a tree looks at column ${(columnOf[at] as number) + 1} of ${columns}`);
    value[place] = splits[at] as number;
    missingLeft[place] = missing[at] as number;
    add(lefts[at] as number, leftIsLeaf[at] as number);
    right[place] = add(rights[at] as number, rightIsLeaf[at] as number);
    return place;
  };
  for (const root of integersOf(node, 'tree_roots')) {
    const first = add(root, 0);
    // All leaves of a tree are of one output.
    if (targets[leafBelow(root)] === target) roots.push(first);
    else count = first;
  }
  return { roots: Int32Array.from(roots), column, value, missingLeft, right };

  function leafBelow(root: number): number {
    let at = root;
    while (!leftIsLeaf[at]) at = lefts[at] as number;
    return lefts[at] as number;
  }
}

function odd(why: string): CannotExplain {
  return new CannotExplain(`no explanation for this kind of model: ${why}`);
}
