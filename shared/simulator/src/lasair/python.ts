import { JsonCursor, type JsonRecord, type JsonValue, readValue } from '@lvra/alerts';
import { pythonFloat } from '@lvra/core';

/** What Lasair's Python reads, and how it names and prints it; its responses quote both. */

/** @throws JsonError if the bytes, valid UTF-8, are not JSON in Python's dialect, or nested too deep */
export function parseJson(bytes: Buffer): JsonValue {
  const cursor = new JsonCursor().reset(bytes);
  const value = readValue(cursor, bytes);
  cursor.finish();
  return value;
}

export function isDictionary(value: JsonValue): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name of a value's Python type. A whole number counts as int, however it was written. */
export function pythonType(value: JsonValue): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'object') return isDictionary(value) ? 'dict' : 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return { boolean: 'bool', bigint: 'int', string: 'str' }[typeof value as 'boolean'];
}

/** `str()` of an int or a float. */
export function pythonNumber(value: bigint | number): string {
  if (typeof value === 'bigint' || Number.isInteger(value)) return String(value);
  return Number.isFinite(value) ? pythonFloat(value) : String(value).toLowerCase().replace('infinity', 'inf');
}

/** `json.dumps()` of a string: ASCII only. */
export function pythonJsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
