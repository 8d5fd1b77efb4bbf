import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonCursor } from './cursor.js';
import { decodeString, keyIs } from './keys.js';

function keyOf(text: string): { bytes: Buffer; cursor: JsonCursor } {
  const bytes = Buffer.from(text);
  const cursor = new JsonCursor().reset(bytes);
  cursor.enterObject();
  cursor.key();
  return { bytes, cursor };
}

test('a key is recognised however it is spelled, and nothing like it is', () => {
  for (const text of ['{"alert": 1}', '{ "\\u0061lert" : 1}', '{"\\u0061\\u006C\\u0065\\u0072\\u0074":1}']) {
    const { bytes, cursor } = keyOf(text);
    assert.equal(keyIs(bytes, cursor, 'alert'), true, text);
  }
  for (const text of [
    '{"alerts": 1}',
    '{"aler": 1}',
    '{"Alert": 1}',
    '{"": 1}',
    '{"\\u0041lert": 1}',
    '{"alert\\u0000": 1}',
  ]) {
    const { bytes, cursor } = keyOf(text);
    assert.equal(keyIs(bytes, cursor, 'alert'), false, text);
  }
});

test('a string is decoded from its place in the bytes, lone surrogates and all', () => {
  const bytes = Buffer.from('["x", "a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 \u2726 \\ud800"]');
  const start = bytes.indexOf('"a');
  assert.equal(decodeString(bytes, start, bytes.length - 1), 'a"\\/\b\f\n\r\té😀 ✦ \ud800');
});
