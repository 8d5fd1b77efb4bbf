import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseJson } from './json.js';

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

  test('refuses what is not JSON with the words and the place of Python', () => {
    const refusals: [string, string][] = [
      ['not JSON', 'Expecting value: line 1 column 1 (char 0)'],
      ['{"a":', 'Expecting value: line 1 column 6 (char 5)'],
      ['{a:1}', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
      ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
      ['[1 2]', "Expecting ',' delimiter: line 1 column 4 (char 3)"],
      ['{} x', 'Extra data: line 1 column 4 (char 3)'],
      ['["abc', 'Unterminated string starting at: line 1 column 2 (char 1)'],
      ['"a\\qb"', 'Invalid \\escape: line 1 column 3 (char 2)'],
      ['"a\\u12"', 'Invalid \\uXXXX escape: line 1 column 4 (char 3)'],
      ['"a\nb"', 'Invalid control character at: line 1 column 3 (char 2)'],
      ['{"\u00e9":\n \ud83d\ude00}', 'Expecting value: line 2 column 2 (char 7)'],
    ];
    for (const [text, message] of refusals) assert.throws(() => parseJson(text), { name: 'JsonError', message });
  });
});
