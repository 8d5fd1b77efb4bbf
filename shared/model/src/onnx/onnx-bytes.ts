/**
 * What a model file must not hold, found in its bytes before ONNX Runtime sees them.
 *
 * An ONNX file is a protobuf message (onnx/onnx, onnx/onnx.proto). Only fields that lead to such messages are followed:
 * graphs within attributes, functions, training information. All others are skipped by their length.
 */

import { Fields, OnnxRefused, WIRE } from './wire.js';

/** The kinds of messages that are followed: which field holds which kind. */
const FIELDS = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
} as const satisfies Record<string, Record<number, string>>;

type Kind = keyof typeof FIELDS;

/** Of a tensor: where its data is in another file, and that it is. */
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
/** Of a node: the name of its operator. */
const OPERATOR = 4;

/** Deeper than any exporter nests graphs, and safe for the stack. */
const MAX_DEPTH = 100;

/** ONNX Runtime's own format has this in its fifth to eighth byte, and is not protobuf. */
const ORT_FORMAT = Buffer.from('ORTM');

/**
 * Rejects a model whose data is in other files (ONNX Runtime would read any file that it names, outside the checked
 * sha256), and one with a loop, which may never end: a run in the scoring process has no time limit.
 *
 * @throws OnnxRefused
 */
export function refuseUnsafe(bytes: Uint8Array): void {
  if (ORT_FORMAT.equals(bytes.subarray(4, 8)))
    throw new OnnxRefused('it is in the format of ONNX Runtime, not in ONNX');
  look(new Fields(bytes), 'model', 0);
}

function look(fields: Fields, kind: Kind, depth: number): void {
  if (depth > MAX_DEPTH) throw new OnnxRefused(`its graphs are nested more than ${MAX_DEPTH} deep`);
  const followed: Readonly<Record<number, Kind>> = FIELDS[kind];
  while (fields.next()) {
    const { field } = fields;
    if (fields.wire === WIRE.varint) {
      if (kind === 'tensor' && field === DATA_LOCATION && fields.isSet) throw external();
      continue;
    }
    if (fields.wire !== WIRE.lengthDelimited) continue;
    if (kind === 'tensor' && field === EXTERNAL_DATA) throw external();
    if (kind === 'node' && field === OPERATOR && fields.text() === 'Loop') {
      throw new OnnxRefused('it has a Loop, which may never end');
    }
    const inner = followed[field];
    if (inner) look(fields.inner(), inner, depth + 1);
  }
}

function external(): OnnxRefused {
  return new OnnxRefused(
    'some of its numbers lie in another file (external data); save it with all of its data inside',
  );
}
