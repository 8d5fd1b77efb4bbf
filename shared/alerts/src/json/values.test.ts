import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { realMessages } from '../testing/json-samples.js';
import { JsonCursor } from './cursor.js';
import { JsonError } from './errors.js';
import { type JsonRecord, type JsonValue, readValue } from './values.js';

function read(text: string): JsonValue {
  const bytes = Buffer.from(text);
  return readValue(new JsonCursor().reset(bytes), bytes);
}

describe('the values of JSON', () => {
  test('are those of JSON.parse if that can read them', () => {
    const text = '{"a": [1, -2.5e-3, "x\\u00e9\\n", true, false, null, {}, []], "b": {"c": 123456789012345}}';
    assert.deepEqual(JSON.parse(JSON.stringify(read(text))), JSON.parse(text));
  });

  test('keep every digit of an id', () => {
    assert.deepEqual(read('[169760231708427201, 9007199254740993, 999999999999999]'), [
      169760231708427201n,
      9007199254740993n,
      999999999999999,
    ]);
  });

  test('have NaN and infinities, as Python writes them', () => {
    assert.deepEqual(read('[NaN, Infinity, -Infinity]'), [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  test('of a key that is repeated, and of one that is no property elsewhere, are plain', () => {
    const record = read('{"a": 1, "__proto__": {"x": 2}, "a": 3}') as JsonRecord;
    assert.equal(record.a, 3);
    assert.equal(record.x, undefined);
    assert.deepEqual(Object.keys(record), ['a', '__proto__']);
  });

  test('of texts and keys are those of JSON.parse, with escapes and without', () => {
    const text = '{"k\\u0065y": "\\u00e9\\n", "é": "\u2028\ufeff✦ plain", "": "", "a b": "\\ud800"}';
    assert.deepEqual({ ...(read(text) as JsonRecord) }, JSON.parse(text));
  });

  test('of the real messages have the ids of their bytes', () => {
    for (const message of realMessages) {
      const id = /"diaObjectId": ?(\d{18})/.exec(message)?.[1];
      assert.equal(String((read(message) as JsonRecord).diaObjectId), id);
    }
  });

  test('of what is no JSON, or too deep, are refused', () => {
    assert.throws(() => read('{"a": }'), JsonError);
    assert.throws(() => read('['.repeat(10_000)), JsonError);
  });
});
