import { CannotExplain } from './explanation.js';
import type { Node } from './graph.js';
import type { Constant, Table } from './row-tables.js';

/** A number that follows from a sum of the classifier: `scale` times the sum, and `offset`; of that the sigmoid, or not. */
export interface Output {
  /** Which sum of the classifier. */
  readonly target: number;
  readonly scale: number;
  readonly offset: number;
  readonly isSigmoid: boolean;
}

/** Columns that follow from a classifier's sums. */
export interface Outputs {
  readonly kind: 'outputs';
  readonly columns: readonly Output[];
  /** Tables of one number, which is NaN where the model gives a row no probability. */
  readonly refusals: readonly Table[];
}

/** @param sums how many the classifier has */
export function sumsOf(sums: number): Outputs {
  const columns = Array.from({ length: sums }, (_, target) => ({ target, scale: 1, offset: 0, isSigmoid: false }));
  return { kind: 'outputs', columns, refusals: [] };
}

/**
 * What a node between the classifier's sums and the probabilities makes of its inputs, one of which is outputs.
 *
 * @throws CannotExplain if its result does not follow from one sum
 */
export function afterSums(node: Node, inputs: readonly (Outputs | Constant | Table)[]): Outputs {
  const [first, second] = inputs;
  switch (node.operator) {
    case 'Concat': {
      const outputs = inputs.filter((input) => input.kind === 'outputs');
      return {
        kind: 'outputs',
        columns: outputs.flatMap(({ columns }) => columns),
        refusals: outputs.flatMap(({ refusals }) => refusals),
      };
    }
    case 'Softmax':
      throw new CannotExplain(
        'no explanation for this kind of model: it makes the probabilities of more than two classes of one sum a class ' +
          '(softmax), so that no sum over features gives the score',
      );
    case 'Sigmoid':
      if (first?.kind !== 'outputs' || first.columns.some(({ isSigmoid }) => isSigmoid)) break;
      return { ...first, columns: first.columns.map((output) => ({ ...output, isSigmoid: true })) };
    case 'Div':
      if (first?.kind !== 'outputs' || second?.kind !== 'constant') break;
      return linear(node, first, second, (divisor) => ({ scale: 1 / divisor, offset: 0 }));
    case 'Add':
      if (first?.kind !== 'outputs') break;
      if (second?.kind === 'table') return { ...first, refusals: [...first.refusals, second] };
      if (second?.kind === 'constant') return linear(node, first, second, (offset) => ({ scale: 1, offset }));
      if (second === first) {
        return linear(node, first, { kind: 'constant', numbers: Float64Array.of(2) }, (scale) => ({
          scale,
          offset: 0,
        }));
      }
      break;
    case 'Sub':
      if (first?.kind !== 'constant' || second?.kind !== 'outputs' || first.numbers.some((one) => one !== 1)) break;
      return { ...second, columns: second.columns.map(complement) };
  }
  throw new CannotExplain(`no explanation for this kind of model: its graph has ${node.operator} after the classifier`);
}

function linear(
  node: Node,
  outputs: Outputs,
  { numbers }: Constant,
  of: (number: number) => { scale: number; offset: number },
): Outputs {
  const columns = outputs.columns.map((output, column) => {
    if (output.isSigmoid) {
      throw new CannotExplain(
        `no explanation for this kind of model: its graph has ${node.operator} after the sigmoid`,
      );
    }
    const { scale, offset } = of(numbers[numbers.length === 1 ? 0 : column] as number);
    return { ...output, scale: output.scale * scale, offset: output.offset * scale + offset };
  });
  return { ...outputs, columns };
}

/** The probability of the other class: 1 - p, and 1 - sigmoid(x) is sigmoid(-x). */
function complement({ target, scale, offset, isSigmoid }: Output): Output {
  return { target, scale: -scale, offset: isSigmoid ? -offset : 1 - offset, isSigmoid };
}
