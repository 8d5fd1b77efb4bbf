import type { AdditiveModel } from './additive.js';
import { LEAF, type TreeEnsemble } from './tree-ensemble.js';

/** Whose value a feature has on the way down a tree, once the two rows have parted at it. */
const UNDECIDED = 0;
const OF_ROW = 1;
const OF_OTHER = 2;

/** A sum over trees. */
export class TreeModel implements AdditiveModel {
  readonly #trees: TreeEnsemble;
  readonly #featureOf: readonly number[];
  readonly #features: number;
  /** How many features can at most decide on the way to a leaf. */
  readonly #most: number;
  readonly #weights: Float64Array;

  /**
   * @param featureOf the feature that each column was made of
   * @param features how many there are
   */
  constructor(trees: TreeEnsemble, featureOf: readonly number[], features: number) {
    this.#trees = trees;
    this.#featureOf = featureOf;
    this.#features = features;
    this.#most = Math.min(features, deepest(trees));
    this.#weights = shapleyWeights(this.#most);
  }

  valueOf(row: Float64Array): number {
    const { roots, column, value } = this.#trees;
    let sum = 0;
    for (const root of roots) {
      let node = root;
      while (column[node] !== LEAF) node = this.#next(node, row);
      sum += value[node] as number;
    }
    return sum;
  }

  contributionsOf(row: Float64Array, background: readonly Float64Array[]): Float64Array {
    const { roots, column } = this.#trees;
    const ofRow = column.map((at, node) => (at === LEAF ? node : this.#next(node, row)));
    const pair = new RowPair(this.#trees, this.#featureOf, this.#features, this.#most, this.#weights, ofRow);
    // Tree by tree, so that a tree stays in the cache of the processor for all pairs.
    for (const root of roots) for (const other of background) pair.add(root, other);
    return pair.contributions.map((sum) => sum / background.length);
  }

  #next(node: number, row: Float64Array): number {
    return childOf(this.#trees, node, row);
  }
}

/** How many nodes there are above the deepest leaf. */
function deepest({ roots, column, right }: TreeEnsemble): number {
  const below = (node: number): number =>
    column[node] === LEAF ? 0 : 1 + Math.max(below(node + 1), below(right[node] as number));
  return roots.reduce((most, root) => Math.max(most, below(root)), 0);
}

/** The child of a node that a row goes to. */
function childOf({ column, value, missingLeft, right }: TreeEnsemble, node: number, row: Float64Array): number {
  const given = row[column[node] as number] as number;
  const isLeft = Number.isNaN(given) ? missingLeft[node] === 1 : given <= (value[node] as number);
  return isLeft ? node + 1 : (right[node] as number);
}

/**
 * Interventional TreeSHAP of a row and one other row (Laberge and Pequignot, "Understanding interventional TreeSHAP",
 * 2022; Lundberg et al., Nature Machine Intelligence 2, 56, 2020). A mix of both rows reaches a leaf if it has the row's
 * values for some features and the other's for some; all other features do not matter. In the game of that leaf, each
 * of the former adds a share of the leaf's value, and each of the latter takes one away. One walk down both ways
 * wherever the rows part finds all such leaves.
 */
class RowPair {
  /** Of each feature, over all that was added. */
  readonly contributions: Float64Array;
  /** What the leaves below the node of the last visit give a feature of the row's, and take from one of the other's. */
  #gain = 0;
  #loss = 0;
  readonly #side: Uint8Array;

  constructor(
    readonly trees: TreeEnsemble,
    readonly featureOf: readonly number[],
    features: number,
    readonly most: number,
    readonly weights: Float64Array,
    readonly ofRow: Int32Array,
  ) {
    this.contributions = new Float64Array(features);
    this.#side = new Uint8Array(features);
  }

  add(root: number, other: Float64Array): void {
    this.#visit(root, other, 0, 0);
  }

  /** @param rows, others how many features have the row's value so far, and how many the other's */
  #visit(from: number, other: Float64Array, rows: number, others: number): void {
    const { column, value } = this.trees;
    let node = from;
    while (column[node] !== LEAF) {
      const ofRow = this.ofRow[node] as number;
      const ofOther = childOf(this.trees, node, other);
      const feature = this.featureOf[column[node] as number] as number;
      const side = this.#side[feature];
      if (ofRow === ofOther || side === OF_ROW) node = ofRow;
      else if (side === OF_OTHER) node = ofOther;
      else {
        this.#side[feature] = OF_ROW;
        this.#visit(ofRow, other, rows + 1, others);
        const gain = this.#gain;
        const loss = this.#loss;
        this.#side[feature] = OF_OTHER;
        this.#visit(ofOther, other, rows, others + 1);
        this.#side[feature] = UNDECIDED;
        this.contributions[feature]! += gain - this.#loss;
        this.#gain += gain;
        this.#loss += loss;
        return;
      }
    }
    const leaf = value[node] as number;
    const width = this.most + 1;
    this.#gain = rows > 0 ? leaf * (this.weights[(rows - 1) * width + others] as number) : 0;
    this.#loss = others > 0 ? leaf * (this.weights[rows * width + others - 1] as number) : 0;
  }
}

/**
 * The share of all orders of a + b + 1 features in which one of them comes after the a of one kind and before the b of
 * another: a! b! / (a + b + 1)!, at a * (most + 1) + b.
 */
function shapleyWeights(most: number): Float64Array {
  const width = most + 1;
  const weights = new Float64Array(width * width);
  for (let b = 0; b <= most; b += 1) {
    weights[b] = 1 / (b + 1);
    for (let a = 1; a <= most; a += 1) {
      weights[a * width + b] = ((weights[(a - 1) * width + b] as number) * a) / (a + b + 1);
    }
  }
  return weights;
}
