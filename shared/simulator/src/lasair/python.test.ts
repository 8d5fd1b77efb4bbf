import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseJson as parse } from './python.js';

const parseJson = (text: string) => parse(Buffer.from(text));

describe('parseJson', () => {
  test('keeps an 18-digit integer exact, anywhere', () => {
    const read = parseJson('{"object\\u0049d": 313637921267122191, "list": [-9223372036854775808]}');
    assert.deepEqual(
      read,
      new Map<string, unknown>([
        ['objectId', 313637921267122191n],
        ['list', [-9223372036854775808n]],
      ]),
    );
  });

  test('leaves what looks like an id inside a text alone', () => {
    const text = '{"classdict":"{\\"objectId\\": 313637921267122191, \\"a\\": NaN}"}';
    assert.equal((parseJson(text) as Map<string, unknown>).get('classdict'), JSON.parse(text).classdict);
  });

  test('tells integers from floats, and reads bare NaN and Infinity', () => {
    assert.deepEqual(parseJson('[1, 1.0, 1e3, NaN, -Infinity, Infinity]'), [1n, 1, 1000, NaN, -Infinity, Infinity]);
  });

  test('reads escapes, surrogate pairs, escaped quotes and backslashes at the end of a text', () => {
    for (const text of ['a"b', 'back\\', '\\"', '\u00e9\ud83d\ude00\u2028', '\n\t\b\f\r/', '']) {
      assert.equal(parseJson(JSON.stringify(text)), text);
    }
    assert.equal(parseJson('"\\/\\u0041"'), '/A');
  });

  test('refuses what is not JSON', () => {
    for (const text of [
      'not JSON',
      '{"a":',
      '{a:1}',
      '{"a" 1}',
      '[1 2]',
      '{} x',
      '["abc',
      '"a\\qb"',
      '"a\\u12"',
      '"a\nb"',
    ])
      assert.throws(() => parseJson(text), { name: /^Json/ }, text);
  });
});
