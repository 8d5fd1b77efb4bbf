import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { describe, test } from 'node:test';
import { Random } from '@lvra/core';
import { runPython } from '@lvra/core/testing/python';
import { DIALECT_SAMPLES, realMessages } from '../testing/json-samples.js';
import { JsonCursor } from './cursor.js';
import { JsonError } from './errors.js';

/** The cursor's result for a text: accepted, not JSON, or beyond a limit that Python does not have. */
function verdict(bytes: Buffer): 'accepted' | 'refused' | 'limit' {
  try {
    // A bare number ends at the line end after it.
    const cursor = new JsonCursor().reset(Buffer.concat([bytes, Buffer.from('\n')]));
    cursor.value();
    cursor.finish();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return error.reason === 'not_json' ? 'refused' : 'limit';
  }
}

/** Python's results for the same texts. */
function pythonVerdicts(texts: readonly Buffer[]): string[] {
  const program = `
import json, sys
for line in sys.stdin:
    try:
        json.loads(bytes.fromhex(line).decode('utf-8'))
        print('accepted')
    except (ValueError, RecursionError):
        print('refused')
`;
  return runPython(program, texts.map((text) => `${text.toString('hex')}\n`).join(''))
    .trimEnd()
    .split('\n');
}

function mutate(random: Random, original: Buffer, others: readonly Buffer[]): Buffer {
  const at = random.whole(0, original.length);
  const to = Math.min(original.length, at + random.whole(0, 8));
  const pieces = [
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '-',
    '+',
    '.',
    'e',
    '0',
    '1',
    ' ',
    '\n',
    '\0',
    '\x1f',
    '\\u',
  ];
  const words = [
    'NaN',
    'Infinity',
    '-Infinity',
    '-NaN',
    'null',
    'true',
    '00',
    '1.',
    '.5',
    '1e',
    "'",
    '/*x*/',
    '\ufeff',
  ];
  const other = others[random.whole(0, others.length - 1)] as Buffer;
  const middle = [
    () => Buffer.of(random.whole(0, 255)),
    () => Buffer.from(pieces[random.whole(0, pieces.length - 1)] as string),
    () => Buffer.from(words[random.whole(0, words.length - 1)] as string),
    () => other.subarray(0, random.whole(0, 20)),
    () => Buffer.alloc(0),
    () => Buffer.from(`\\u${String.fromCharCode(...Array.from({ length: 4 }, () => random.whole(0x10, 0x66)))}`),
  ][random.whole(0, 5)] as () => Buffer;
  return Buffer.concat([original.subarray(0, at), middle(), original.subarray(random.chance(0.5) ? at : to)]);
}

describe('the cursor and Python', () => {
  test('20,000 damaged texts are accepted or refused alike', () => {
    const random = new Random(20260202);
    const messages = realMessages
      .slice(1, 9)
      .map((text) => Buffer.from(`${text.slice(0, text.indexOf(', "alert"'))}}`));
    const sources = realMessages.slice(1, 9).map((text) => Buffer.from(text.match(/{"diaSourceId[^{}]*}/)?.[0] ?? ''));
    assert.ok(messages.concat(sources).every((text) => verdict(text) === 'accepted'));
    const small = DIALECT_SAMPLES.map((text) => Buffer.from(text));
    const real = [...messages, ...sources];
    const cases: Buffer[] = [...small, ...real];
    while (cases.length < 20_000) {
      const texts = random.chance(0.9) ? small : real;
      let text = texts[random.whole(0, texts.length - 1)] as Buffer;
      for (let n = random.chance(0.8) ? 1 : 3; n > 0; n--) text = mutate(random, text, small);
      cases.push(text);
    }
    const python = pythonVerdicts(cases);
    const tally = { accepted: 0, refused: 0, limit: 0 };
    cases.forEach((text, i) => {
      const ours = isUtf8(text) ? verdict(text) : 'refused';
      tally[ours]++;
      if (ours !== 'limit') assert.equal(ours, python[i], JSON.stringify(text.toString('latin1')));
    });
    assert.equal(python.length, cases.length);
    assert.ok(tally.accepted > 3_000 && tally.refused > 3_000 && tally.limit < 200, JSON.stringify(tally));
  });

  test('every byte in a string, an escape and between tokens is accepted or refused alike', () => {
    const places = [(b: number[]) => [0x22, ...b, 0x22], (b: number[]) => [0x5b, 0x31, ...b, 0x5d]];
    const escapes = [
      (b: number[]) => [0x22, 0x5c, ...b, 0x22],
      (b: number[]) => [0x22, 0x5c, 0x75, 0x30, 0x30, ...b, 0x30, 0x22],
    ];
    const cases = Array.from({ length: 128 }, (_, byte) =>
      [...places, ...escapes].map((place) => Buffer.from(place([byte]))),
    ).flat();
    const python = pythonVerdicts(cases);
    cases.forEach((text, i) => {
      assert.equal(verdict(text), python[i], text.toString('hex'));
    });
  });
});
