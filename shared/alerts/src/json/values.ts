import type { JsonCursor } from './cursor.js';
import { JsonError } from './errors.js';
import { decodeString } from './keys.js';
import { KIND } from './kinds.js';
import { MAX_DEPTH } from './limits.js';

/** A JSON value with ids exact: an integer beyond 15 digits is a bigint. */
export type JsonValue = string | number | bigint | boolean | null | readonly JsonValue[] | JsonRecord;

/** A JSON object; of a repeated key the last one counts, as in Python. It has no prototype. */
export interface JsonRecord {
  readonly [key: string]: JsonValue | undefined;
}

/** A double may not hold more digits than these; a sign counts as one. */
const EXACT_DIGITS = 15;

/**
 * Parses the next value, in Python's dialect (bare NaN and Infinity are numbers). For single alerts that an operator
 * asked for, and for the sandbox; the stages read byte positions instead.
 *
 * @param bytes those that the cursor reads
 * @throws JsonError if they are not JSON
 */
export function readValue(cursor: JsonCursor, bytes: Buffer, depth = 0): JsonValue {
  const first = cursor.peek();
  if (depth > MAX_DEPTH) throw new JsonError(`nested deeper than ${MAX_DEPTH} levels`, cursor.position, 'too_deep');
  if (first === 0x7b) return readRecord(cursor, bytes, depth + 1);
  if (first === 0x5b) return readList(cursor, bytes, depth + 1);
  const kind = cursor.value();
  const { valueStart: start, valueEnd: end } = cursor;
  if (kind === KIND.string)
    return cursor.escaped ? decodeString(bytes, start, end) : bytes.toString('utf8', start + 1, end - 1);
  const text = () => bytes.toString('latin1', start, end);
  switch (kind) {
    case KIND.integer:
      return end - start <= EXACT_DIGITS ? Number(text()) : BigInt(text());
    case KIND.float:
      return Number(text());
    case KIND.true:
      return true;
    case KIND.false:
      return false;
    case KIND.null:
      return null;
    case KIND.infinity:
      return Number.POSITIVE_INFINITY;
    case KIND.negativeInfinity:
      return Number.NEGATIVE_INFINITY;
    default:
      return Number.NaN;
  }
}

function readRecord(cursor: JsonCursor, bytes: Buffer, depth: number): JsonRecord {
  const record: Record<string, JsonValue> = Object.create(null);
  if (!cursor.enterObject()) return record;
  do {
    cursor.key();
    const { keyStart, keyEnd, escaped } = cursor;
    const key = escaped ? decodeString(bytes, keyStart - 1, keyEnd + 1) : bytes.toString('utf8', keyStart, keyEnd);
    record[key] = readValue(cursor, bytes, depth);
  } while (cursor.nextInObject());
  return record;
}

function readList(cursor: JsonCursor, bytes: Buffer, depth: number): JsonValue[] {
  const list: JsonValue[] = [];
  if (!cursor.enterArray()) return list;
  do list.push(readValue(cursor, bytes, depth));
  while (cursor.nextInArray());
  return list;
}
