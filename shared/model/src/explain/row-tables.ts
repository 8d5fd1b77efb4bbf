import { CannotExplain } from './explanation.js';
import { integersOf, type Node } from './graph.js';

/** A table that the graph makes of the features, column by column, as one row of it. */
export interface Table {
  readonly kind: 'table';
  /** Where it is among the tables of a row. */
  readonly at: number;
  /** The feature that each column was made of. */
  readonly featureOf: readonly number[];
}

/** The same numbers for all rows: one a column, or one for all columns. */
export interface Constant {
  readonly kind: 'constant';
  readonly numbers: Float64Array;
}

type Step = (tables: readonly Float64Array[]) => Float64Array;

/** Of ONNX's types of elements, those that the import casts to. */
const SINGLE = 1;
const DOUBLE = 11;

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  // Both hand NaN on, as those of ONNX do.
  Max: (a, b) => Math.max(a, b),
  Min: (a, b) => Math.min(a, b),
};

/**
 * The steps of a graph between the features and its classifier (imputers, scalers, rounding), and those that look
 * whether scikit-learn would refuse a row. They are run for one row, in the graph's own arithmetic, to the last bit.
 */
export class RowTables {
  readonly #steps: Step[] = [];
  readonly features: Table;

  /** @param features how many the model takes */
  constructor(features: number) {
    this.features = { kind: 'table', at: 0, featureOf: Array.from({ length: features }, (_, feature) => feature) };
  }

  /** All tables of a row, each at its `at`. */
  of(row: Float64Array): Float64Array[] {
    const tables = [row];
    for (const step of this.#steps) tables.push(step(tables));
    return tables;
  }

  /**
   * Adds what a node makes of tables.
   *
   * @throws CannotExplain if it is none of the nodes that the import writes before a classifier
   */
  add(node: Node, inputs: readonly (Table | Constant)[]): Table {
    const [first, second, third] = inputs;
    const operation = ARITHMETIC[node.operator];
    if (operation && first && second) return this.#elementwise([first, second], operation);
    if (node.operator === 'Where' && first && second && third) {
      return this.#elementwise([first, second, third], (condition, yes, no) => (condition ? yes : no));
    }
    if (node.operator === 'IsNaN' && first) return this.#elementwise([first], (value) => (Number.isNaN(value) ? 1 : 0));
    if (node.operator === 'Cast' && first) return this.#elementwise([first], rounding(node));
    if (node.operator === 'Concat') return this.#joined(inputs);
    if (node.operator === 'Gather' && first?.kind === 'table' && second?.kind === 'constant') {
      const places = [...second.numbers];
      return this.#add(
        (tables) => Float64Array.from(places, (place) => tables[first.at]?.[place] as number),
        places.map((place) => first.featureOf[place] as number),
      );
    }
    if (node.operator === 'ReduceSum' && first?.kind === 'table') {
      return this.#add(
        (tables) => Float64Array.of((tables[first.at] as Float64Array).reduce((sum, value) => sum + value, 0)),
        [],
      );
    }
    throw new CannotExplain(
      `no explanation for this kind of model: its graph has ${node.operator} before the classifier`,
    );
  }

  #add(step: Step, featureOf: readonly number[]): Table {
    this.#steps.push(step);
    return { kind: 'table', at: this.#steps.length, featureOf };
  }

  /** Numbers of the same column of each input make that of the output. */
  #elementwise(
    inputs: readonly (Table | Constant)[],
    operation: (first: number, second: number, third: number) => number,
  ): Table {
    const tables = inputs.filter((input) => input.kind === 'table');
    const featureOf = tables[0]?.featureOf ?? [];
    if (tables.some((table) => table.featureOf.join() !== featureOf.join())) {
      throw new CannotExplain('no explanation for this kind of model: it makes one column of several features');
    }
    return this.#add((done) => {
      const [a, b = a, c = a] = inputs.map((input) => (input.kind === 'table' ? done[input.at] : input.numbers));
      return new Float64Array(featureOf.length).map((_, column) =>
        operation(numberOf(a, column), numberOf(b, column), numberOf(c, column)),
      );
    }, featureOf);
  }

  #joined(inputs: readonly (Table | Constant)[]): Table {
    const tables = inputs.filter((input) => input.kind === 'table');
    return this.#add(
      (done) => Float64Array.from(tables.flatMap((table) => [...(done[table.at] as Float64Array)])),
      tables.flatMap((table) => table.featureOf),
    );
  }
}

function rounding(node: Node): (value: number) => number {
  const [type] = integersOf(node, 'to');
  if (type === SINGLE) return Math.fround;
  if (type === DOUBLE) return (value) => value;
  throw new CannotExplain(`no explanation for this kind of model: it casts to type ${type} before the classifier`);
}

/** Of one number for all columns that, else the column's. */
function numberOf(numbers: Float64Array | undefined, column: number): number {
  return numbers?.[numbers.length === 1 ? 0 : column] as number;
}
