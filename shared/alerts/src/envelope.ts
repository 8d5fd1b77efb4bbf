import { isUtf8 } from 'node:buffer';
import { AlertRejected, parseId } from '@lvra/core';
import { JsonCursor } from './json/cursor.js';
import { JsonError, JsonTruncated } from './json/errors.js';
import { keyIs } from './json/keys.js';
import { KIND, type Kind } from './json/kinds.js';

/** What the consumer needs of a message; the rest is read by the feature stage. */
export interface Envelope {
  readonly diaObjectId: bigint;
}

const own = new JsonCursor();
const DIA_OBJECT_ID = 'diaObjectId';

/**
 * Checks one message of a Lasair filter in full: UTF-8, one JSON object in Python's dialect, a diaObjectId that is a
 * 64-bit integer. A message that passes can be in a batch file that Python and pandas read.
 *
 * @throws AlertRejected with the reason under which the message goes to quarantine
 */
export function readEnvelope(bytes: Buffer): Envelope {
  if (!isUtf8(bytes)) throw notUtf8();
  try {
    // A message may be a bare number; without a byte after it the cursor could not know where it ends.
    const diaObjectId = diaObjectIdAt(own.reset(bytes), bytes);
    own.finish();
    return { diaObjectId };
  } catch (error) {
    if (error instanceof JsonTruncated) throw new AlertRejected('not_json', `the message is cut: ${error.message}`);
    if (error instanceof JsonError) throw new AlertRejected(error.reason, `the message is not JSON: ${error.message}`);
    throw error;
  }
}

/** The object that a message is about; undefined if absent or unreadable. */
export function objectOf(bytes: Buffer): bigint | undefined {
  try {
    return readEnvelope(bytes).diaObjectId;
  } catch (error) {
    if (error instanceof AlertRejected) return undefined;
    throw error;
  }
}

/**
 * Makes the same checks of a message within a batch file, with the cursor at its first byte: for `scanBatch`.
 *
 * @throws AlertRejected, or JsonError if the file is not JSON
 */
export function envelopeInFile(cursor: JsonCursor, bytes: Buffer): Envelope {
  const begin = cursor.position;
  const diaObjectId = diaObjectIdAt(cursor, bytes);
  if (!isUtf8(bytes.subarray(begin, cursor.position))) throw notUtf8();
  return { diaObjectId };
}

const notUtf8 = () => new AlertRejected('not_utf8', 'the message is not UTF-8 text');

/**
 * Reads one message up to its end, and of it the object that it is about: all checks but that of UTF-8.
 *
 * @throws AlertRejected, or JsonError if the bytes are not JSON
 */
export function diaObjectIdAt(cursor: JsonCursor, bytes: Buffer): bigint {
  if (cursor.peek() !== 0x7b) throw new AlertRejected('not_json', 'the message is not a JSON object');
  let kind: Kind | undefined;
  let text = '';
  if (cursor.enterObject()) {
    do {
      cursor.key();
      const wanted = keyIs(bytes, cursor, DIA_OBJECT_ID);
      const found = cursor.value(1);
      if (!wanted) continue;
      // Of a repeated key the last one counts, as in Python.
      kind = found;
      text = bytes.toString('latin1', cursor.valueStart, Math.min(cursor.valueEnd, cursor.valueStart + 40));
    } while (cursor.nextInObject());
  }
  if (kind === undefined) throw new AlertRejected('no_dia_object_id', 'the message has no diaObjectId');
  const id = kind === KIND.integer ? parseId(text) : undefined;
  if (id === undefined) throw new AlertRejected('no_dia_object_id', `diaObjectId is ${text}, not a 64-bit integer`);
  return id;
}
