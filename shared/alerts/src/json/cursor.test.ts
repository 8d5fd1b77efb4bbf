import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DIALECT_SAMPLES, realMessages } from '../testing/json-samples.js';
import { JsonCursor } from './cursor.js';
import { JsonTruncated } from './errors.js';
import { decodeString } from './keys.js';
import { KIND } from './kinds.js';

/** Takes the whole text as one value. A line end follows it, by which a bare number ends. */
function take(bytes: Uint8Array): void {
  const cursor = new JsonCursor().reset(Buffer.concat([bytes, Buffer.from('\n')]));
  cursor.value();
  cursor.finish();
}

/** Builds the value of a text with only the cursor's own steps. */
function build(cursor: JsonCursor, bytes: Uint8Array): unknown {
  const next = cursor.peek();
  if (next === 0x7b) {
    const entries: [string, unknown][] = [];
    if (cursor.enterObject()) {
      do {
        cursor.key();
        entries.push([decodeString(bytes, cursor.keyStart - 1, cursor.keyEnd + 1), build(cursor, bytes)]);
      } while (cursor.nextInObject());
    }
    return Object.fromEntries(entries);
  }
  if (next === 0x5b) {
    const items: unknown[] = [];
    if (cursor.enterArray()) {
      do items.push(build(cursor, bytes));
      while (cursor.nextInArray());
    }
    return items;
  }
  const kind = cursor.value();
  const text = Buffer.from(bytes.subarray(cursor.valueStart, cursor.valueEnd)).toString();
  if (kind === KIND.string) return decodeString(bytes, cursor.valueStart, cursor.valueEnd);
  if (kind === KIND.integer || kind === KIND.float) return Number(text);
  return { true: true, false: false, null: null, NaN: 'NaN', Infinity: 'Infinity', '-Infinity': '-Infinity' }[text];
}

describe('the cursor alone', () => {
  test('it leads to the same values as JSON.parse', () => {
    const texts = [
      ...DIALECT_SAMPLES.filter((text) => !/NaN|Infinity/.test(text)),
      ...realMessages.slice(0, 8).map((line) => line.replaceAll('NaN', 'null')),
    ];
    for (const text of texts) {
      const bytes = Buffer.from(`${text}\n`);
      const cursor = new JsonCursor().reset(bytes);
      const value = build(cursor, bytes);
      cursor.finish();
      assert.deepEqual(value, JSON.parse(text));
    }
  });

  test('a text cut anywhere is truncated, whatever follows the cut', () => {
    const source = (realMessages[1] as string).slice(0, 3_000);
    const text = `[${DIALECT_SAMPLES.join(',')}, {"k": -1.5e-07, "source": "${source.replaceAll('"', '\\"')}"}]`;
    const whole = Buffer.from(text);
    take(whole);
    const cursor = new JsonCursor();
    for (let cut = 0; cut < whole.length; cut++) {
      for (const bytes of [whole, Buffer.from(whole.subarray(0, cut))]) {
        assert.throws(
          () => cursor.reset(bytes, 0, cut).value(),
          JsonTruncated,
          `cut at ${cut}: ${text.slice(cut - 20, cut)}`,
        );
      }
    }
  });

  test('it accepts 100 levels and refuses 101 as too deep', () => {
    take(Buffer.from('['.repeat(100) + ']'.repeat(100)));
    const tooDeep = { name: 'JsonError', reason: 'too_deep' };
    assert.throws(() => take(Buffer.from('['.repeat(101) + ']'.repeat(101))), tooDeep);
    assert.throws(() => take(Buffer.from('{"a":'.repeat(200_000))), tooDeep);
  });

  test('it accepts the digits of any 64-bit integer and of any double, and refuses longer numbers', () => {
    take(Buffer.from('18446744073709551615'));
    take(Buffer.from(`0.${'1'.repeat(380)}e-300`));
    assert.throws(() => take(Buffer.from('1'.repeat(21))), { reason: 'not_a_number' });
    assert.throws(() => take(Buffer.from(`0.${'1'.repeat(400)}`)), { reason: 'not_a_number' });
  });

  test('skip passes over what the grammar or the limits refuse, and a cut text is truncated', () => {
    const values = [
      '['.repeat(5_000) + ']'.repeat(5_000),
      '7'.repeat(5_000),
      '{"a" "]}\\\\\\"" [x}}',
      '"a,]b"',
      'null',
    ];
    const cursor = new JsonCursor();
    for (const value of values) {
      const bytes = Buffer.from(`[${value},1]`);
      cursor.reset(bytes).enterArray();
      cursor.skip();
      assert.equal(bytes.toString('latin1', cursor.valueStart, cursor.valueEnd), value);
      for (let cut = 2; cut < value.length + 1; cut++) {
        cursor.reset(bytes, 0, cut).enterArray();
        assert.throws(() => cursor.skip(), JsonTruncated);
      }
    }
  });

  test('it says where values, keys and escapes are', () => {
    const bytes = Buffer.from('  {"id" : 170046091000545381, "n\\u0061me": "x\\ny"}');
    const cursor = new JsonCursor().reset(bytes);
    const at = (start: number, end: number) => bytes.toString('latin1', start, end);
    assert.equal(cursor.enterObject(), true);
    cursor.key();
    assert.equal(at(cursor.keyStart, cursor.keyEnd), 'id');
    assert.equal(cursor.escaped, false);
    assert.equal(cursor.value(), KIND.integer);
    assert.equal(at(cursor.valueStart, cursor.valueEnd), '170046091000545381');
    assert.equal(cursor.nextInObject(), true);
    cursor.key();
    assert.equal(cursor.escaped, true);
    assert.equal(cursor.value(), KIND.string);
    assert.equal(at(cursor.valueStart, cursor.valueEnd), '"x\\ny"');
    assert.equal(cursor.nextInObject(), false);
    assert.equal(cursor.peek(), -1);
  });

  test('an error names what was found, what was wanted and the byte', () => {
    assert.throws(() => take(Buffer.from('{"a" 1}')), { message: "'1' where ':' was expected at byte 5" });
    assert.throws(() => take(Buffer.from('[1 2]')), { message: "'2' where ',' or ']' was expected at byte 3" });
    assert.throws(() => take(Buffer.from('{} x')), { message: "'x' where the end was expected at byte 3" });
  });
});
