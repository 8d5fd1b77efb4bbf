import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { realMessages } from '../testing/json-samples.js';
import { JsonCursor } from './cursor.js';
import { FastScanner } from './plain.js';

const end = (text: string, levels = 100) =>
  new FastScanner().endOf(Buffer.from(text), 0, Buffer.byteLength(text), levels);

describe('the quick way through plain JSON', () => {
  test('goes through every real message from its first byte to its last', () => {
    for (const message of realMessages) assert.equal(end(message), message.length);
  });

  test('goes through what Python writes with indents', () => {
    for (const message of realMessages.slice(0, 5)) {
      const indented = JSON.stringify(JSON.parse(message.replaceAll('NaN', 'null')), null, 2);
      assert.equal(end(indented), indented.length);
    }
  });

  test('finds no end before there is one, whatever follows the end', () => {
    const text = '{"a": [1, -2.5e+3, {"b": "c\\n\\\\"}], "d": NaN, "e": [true, false, null], "f": {}}';
    for (let cut = 0; cut < text.length; cut++) {
      assert.equal(new FastScanner().endOf(Buffer.from(text), 0, cut, 100), -1, `cut at ${cut}`);
      assert.equal(end(text.slice(0, cut)), -1, `ended at ${cut}`);
    }
    assert.equal(end(text), text.length);
  });

  test('leaves to the cursor what is odd or wrong', () => {
    for (const text of [
      ...['{"a\\x": 1}', '{"a": "\\u0041"}', '{"a": Infinity}', '{"a": -Infinity}', '{"a": "\t"}'],
      ...['{"a": 01}', '{"a": 1.}', '{"a": .5}', '{"a": +1}', '{"a": 1e}', '{"a": -}', '{"a": nul}', '{"a": NaM}'],
      ...['{"a": 1,}', '{,}', '[1,]', '[,1]', '{"a" 1}', '{"a": 1 "b": 2}', '{a: 1}', '[1 2]', '{"a": [1}', '[{]}'],
      `[${'7'.repeat(21)}]`,
      `[0.${'7'.repeat(400)}]`,
    ]) {
      assert.equal(end(text), -1, text);
    }
  });

  test('goes as deep as it is told and no deeper', () => {
    assert.equal(end('[[[]]]', 3), 6);
    assert.equal(end('[[[]]]', 2), -1);
  });
});

test('a flat object is one without objects, lists and escapes in it; nothing is taken of another', () => {
  const cursor = new JsonCursor();
  for (const [text, isFlat] of [
    ['{"psfFlux": 1.5, "band": "g"}', true],
    ['  {}', true],
    ['{"psfFlux": 1.5, "more": {}}', false],
    ['{"psfFlux": 1.5, "more": []}', false],
    ['{"psfFlux": 1.5, "band": "\\u0067"}', false],
    ['[1]', false],
  ] as const) {
    const bytes = Buffer.from(`${text} `);
    assert.equal(cursor.reset(bytes).tryFlatObject(new FastScanner()), isFlat, text);
    assert.equal(cursor.position, isFlat ? text.length : text.length - text.trimStart().length, text);
  }
});
