/**
 * What a model file must not hold, found in its bytes before ONNX Runtime sees them.
 *
 * An ONNX file is a protobuf message (onnx/onnx, onnx/onnx.proto). Only fields that lead to such messages are followed:
 * graphs within attributes, functions, training information. All others are skipped by their length.
 */

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

const WIRE = { varint: 0, eightBytes: 1, lengthDelimited: 2, fourBytes: 5 } as const;

/** Deeper than any exporter nests graphs, and safe for the stack. */
const MAX_DEPTH = 100;

/** ONNX Runtime's own format has this in its fifth to eighth byte, and is not protobuf. */
const ORT_FORMAT = Buffer.from('ORTM');

/** The bytes are not ONNX, or hold what is not allowed; the message says what. */
export class OnnxRefused extends Error {
  override readonly name = 'OnnxRefused';
}

/**
 * Rejects a model whose data is in other files (ONNX Runtime would read any file that it names, outside the checked
 * sha256), and one with a loop, which may never end: a run in the scoring process has no time limit.
 *
 * @throws OnnxRefused
 */
export function refuseUnsafe(bytes: Uint8Array): void {
  if (ORT_FORMAT.equals(bytes.subarray(4, 8)))
    throw new OnnxRefused('it is in the format of ONNX Runtime, not in ONNX');
  look(bytes, 0, bytes.length, 'model', 0);
}

function look(bytes: Uint8Array, from: number, end: number, kind: Kind, depth: number): void {
  if (depth > MAX_DEPTH) throw new OnnxRefused(`its graphs are nested more than ${MAX_DEPTH} deep`);
  const fields: Readonly<Record<number, Kind>> = FIELDS[kind];
  let at = from;
  while (at < end) {
    const key = varint(bytes, at, end);
    const field = key.low >>> 3;
    const wire = key.low & 7;
    at = key.next;
    if (wire === WIRE.varint) {
      const value = varint(bytes, at, end);
      if (kind === 'tensor' && field === DATA_LOCATION && value.isSet) throw external();
      at = value.next;
      continue;
    }
    if (wire === WIRE.eightBytes || wire === WIRE.fourBytes) {
      at += wire === WIRE.eightBytes ? 8 : 4;
      continue;
    }
    if (wire !== WIRE.lengthDelimited) throw new OnnxRefused(`it is not ONNX: there is no field at byte ${at - 1}`);
    const length = varint(bytes, at, end);
    const begin = length.next;
    at = begin + length.low;
    if (length.isLong || at > end) throw new OnnxRefused(`it is not ONNX: a field is cut at byte ${begin}`);
    if (kind === 'tensor' && field === EXTERNAL_DATA) throw external();
    if (kind === 'node' && field === OPERATOR && Buffer.from(bytes.subarray(begin, at)).toString() === 'Loop') {
      throw new OnnxRefused('it has a Loop, which may never end');
    }
    const inner = fields[field];
    if (inner) look(bytes, begin, at, inner, depth + 1);
  }
  if (at !== end) throw new OnnxRefused(`it is not ONNX: a field is cut at byte ${end}`);
}

function external(): OnnxRefused {
  return new OnnxRefused(
    'some of its numbers lie in another file (external data); save it with all of its data inside',
  );
}

/**
 * A number of the wire format.
 *
 * @returns its lower 32 bits, whether it has more, whether it is not 0, and where the next byte is
 */
function varint(bytes: Uint8Array, from: number, end: number) {
  let low = 0;
  let isLong = false;
  let isSet = false;
  for (let at = from; at < end && at < from + 10; at += 1) {
    const byte = bytes[at] as number;
    const part = byte & 0x7f;
    const shift = 7 * (at - from);
    if (part !== 0) {
      isSet = true;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= (part & 0xf) << 28;
        if (part > 0xf) isLong = true;
      } else isLong = true;
    }
    if (byte < 0x80) return { low: low >>> 0, isLong, isSet, next: at + 1 };
  }
  throw new OnnxRefused(`it is not ONNX: a number is cut at byte ${from}`);
}
