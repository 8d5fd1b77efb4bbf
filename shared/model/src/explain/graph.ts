import { Fields, WIRE } from '../onnx/wire.js';
import { CannotExplain } from './explanation.js';

/** Numbers of a graph: a table, a row or one. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly numbers: Float64Array;
}

export interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Attributes that hold whole numbers, and those that hold a tensor. */
  readonly integers: ReadonlyMap<string, readonly number[]>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** What computes a model's probabilities, node by node. */
export interface Graph {
  /** By the name of the first output. */
  readonly nodes: ReadonlyMap<string, Node>;
  readonly constants: ReadonlyMap<string, Tensor>;
}

/** Numbers of fields in messages of ONNX (onnx/onnx, onnx/onnx.proto, IR version 10). */
const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5 } as const;
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, integer: 3, tensor: 5, integers: 8 } as const;
const TENSOR = { dims: 1, type: 2, name: 8, raw: 9 } as const;

/** How raw data is read, by the type of the elements: bytes, 64-bit integers (places in lists here) and doubles, which the import writes. */
const ELEMENTS: Readonly<Record<number, (raw: ArrayBuffer) => Float64Array>> = {
  2: (raw) => new Float64Array(new Uint8Array(raw)),
  7: (raw) => Float64Array.from(new BigInt64Array(raw), Number),
  11: (raw) => new Float64Array(raw),
};

/**
 * Reads the graph of a model that our import wrote. What the import does not write is passed over: a graph that needs it
 * computes something else, which whoever follows its nodes finds out.
 *
 * @throws OnnxRefused if the bytes are not ONNX
 */
export function readGraph(bytes: Uint8Array): Graph {
  const nodes = new Map<string, Node>();
  const constants = new Map<string, Tensor>();
  const model = new Fields(bytes);
  while (model.next()) {
    if (model.field !== MODEL.graph || model.wire !== WIRE.lengthDelimited) continue;
    const graph = model.inner();
    while (graph.next()) {
      if (graph.wire !== WIRE.lengthDelimited) continue;
      if (graph.field === GRAPH.node) {
        const node = readNode(graph.inner());
        nodes.set(node.output, node);
      } else if (graph.field === GRAPH.initializer) {
        const { name, tensor } = readTensor(graph.inner());
        if (tensor) constants.set(name, tensor);
      }
    }
  }
  return { nodes, constants };
}

/** @throws CannotExplain if the node has no such attribute */
export function integersOf(node: Node, name: string): readonly number[] {
  return node.integers.get(name) ?? lacks(node, name);
}

/** @throws CannotExplain if the node has no such attribute */
export function tensorOf(node: Node, name: string): Float64Array {
  return node.tensors.get(name)?.numbers ?? lacks(node, name);
}

function lacks(node: Node, name: string): never {
  throw new CannotExplain(
    `no explanation for this kind of model: its ${node.operator} has no ${name} as our import writes them`,
  );
}

function readNode(fields: Fields): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let operator = '';
  const integers = new Map<string, readonly number[]>();
  const tensors = new Map<string, Tensor>();
  while (fields.next()) {
    if (fields.wire !== WIRE.lengthDelimited) continue;
    if (fields.field === NODE.input) inputs.push(fields.text());
    else if (fields.field === NODE.output) outputs.push(fields.text());
    else if (fields.field === NODE.operator) operator = fields.text();
    else if (fields.field === NODE.attribute) {
      const { name, whole, tensor } = readAttribute(fields.inner());
      if (tensor) tensors.set(name, tensor);
      else integers.set(name, whole);
    }
  }
  return { operator, inputs, output: outputs[0] ?? '', integers, tensors };
}

function readAttribute(fields: Fields): { name: string; whole: number[]; tensor: Tensor | undefined } {
  let name = '';
  let tensor: Tensor | undefined;
  const whole: number[] = [];
  while (fields.next()) {
    if (fields.wire === WIRE.varint) {
      if (fields.field === ATTRIBUTE.integer || fields.field === ATTRIBUTE.integers) whole.push(fields.low);
    } else if (fields.field === ATTRIBUTE.name) name = fields.text();
    else if (fields.field === ATTRIBUTE.tensor) tensor = readTensor(fields.inner()).tensor;
  }
  return { name, whole, tensor };
}

/** A tensor, with its name if it has one; none if its elements are of another type or written otherwise. */
function readTensor(fields: Fields): { name: string; tensor: Tensor | undefined } {
  let name = '';
  let type = 0;
  let raw: ArrayBuffer | undefined;
  const dims: number[] = [];
  while (fields.next()) {
    if (fields.wire === WIRE.varint) {
      if (fields.field === TENSOR.dims) dims.push(fields.low);
      else if (fields.field === TENSOR.type) type = fields.low;
    } else if (fields.field === TENSOR.name) name = fields.text();
    // A copy, because numbers of eight bytes need not begin at a multiple of eight in the file.
    else if (fields.field === TENSOR.raw) raw = new Uint8Array(fields.bytes.subarray(fields.begin, fields.end)).buffer;
  }
  const read = ELEMENTS[type];
  if (!read || !raw || (type !== 2 && raw.byteLength % 8 !== 0)) return { name, tensor: undefined };
  return { name, tensor: { dims, numbers: read(raw) } };
}
