import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseJson as parse, pythonNumber, pythonType } from './python.js';

const parseJson = (text: string) => parse(Buffer.from(text));

describe('a body in JSON', () => {
  test('keeps what looks like an id inside a text', () => {
    const text = '{"classdict":"{\\"objectId\\": 313637921267122191, \\"a\\": NaN}"}';
    assert.deepEqual({ ...(parseJson(text) as object) }, JSON.parse(text));
  });

  test('is refused if it is not JSON, or if something follows', () => {
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

test('values are named and printed as Python does', () => {
  const values = [313637921267122191n, 5, 0.5, 1e-7, Number.NaN, Number.NEGATIVE_INFINITY];
  assert.deepEqual(values.map(pythonNumber), ['313637921267122191', '5', '0.5', '1e-07', 'nan', '-inf']);
  const others = [null, [], {}, true, 'a', 1n, 1, 0.5];
  assert.deepEqual(others.map(pythonType), ['NoneType', 'list', 'dict', 'bool', 'str', 'int', 'int', 'float']);
});
