import { decodeString, JsonCursor, KIND } from '@lvra/alerts';
import { pythonFloat } from '@lvra/core';

/** What Lasair's Python reads, and how it names and prints it; its responses quote both. */

/** A JSON value; an integer is a bigint and a number with a point or exponent a number, as int and float are. */
export type Json = null | boolean | bigint | number | string | Json[] | Map<string, Json>;

/** @throws JsonError if the bytes, valid UTF-8, are not JSON in Python's dialect, or nested too deep */
export function parseJson(bytes: Buffer): Json {
  const cursor = new JsonCursor().reset(bytes);
  // All of it is checked first: below, nothing can be wrong.
  cursor.value();
  cursor.finish();
  return readValue(cursor.reset(bytes), bytes);
}

function readValue(cursor: JsonCursor, bytes: Buffer): Json {
  switch (cursor.peek()) {
    case 0x7b:
      return readObject(cursor, bytes);
    case 0x5b:
      return readList(cursor, bytes);
  }
  const kind = cursor.value();
  const { valueStart: start, valueEnd: end } = cursor;
  if (kind === KIND.string) return decodeString(bytes, start, end);
  const word = bytes.toString('latin1', start, end);
  if (kind === KIND.integer) return BigInt(word);
  return kind === KIND.true || kind === KIND.false || kind === KIND.null ? JSON.parse(word) : Number(word);
}

function readObject(cursor: JsonCursor, bytes: Buffer): Map<string, Json> {
  const members = new Map<string, Json>();
  if (!cursor.enterObject()) return members;
  do {
    cursor.key();
    const key = decodeString(bytes, cursor.keyStart - 1, cursor.keyEnd + 1);
    members.set(key, readValue(cursor, bytes));
  } while (cursor.nextInObject());
  return members;
}

function readList(cursor: JsonCursor, bytes: Buffer): Json[] {
  const items: Json[] = [];
  if (!cursor.enterArray()) return items;
  do items.push(readValue(cursor, bytes));
  while (cursor.nextInArray());
  return items;
}

/** The name of a value's Python type. */
export function pythonType(value: Json): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'dict';
  return { boolean: 'bool', bigint: 'int', number: 'float', string: 'str' }[typeof value as 'boolean'];
}

/** `str()` of an int or a float. */
export function pythonNumber(value: bigint | number): string {
  if (typeof value === 'bigint') return value.toString();
  return Number.isFinite(value) ? pythonFloat(value) : String(value).toLowerCase().replace('infinity', 'inf');
}

/** `json.dumps()` of a string: ASCII only. */
export function pythonJsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
