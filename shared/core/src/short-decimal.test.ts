import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortDecimal } from './short-decimal.js';

/** The value of a text between others. */
function numberIn(text: string): number {
  const bytes = Buffer.from(`1,${text},7e3`);
  return shortDecimal(bytes, 2, 2 + text.length);
}

/** Doubles of every magnitude, whole bit patterns, from a seed (xorshift). */
function* doubles(count: number): Generator<number> {
  let state = 88172645463325252n;
  const bits = new BigUint64Array(1);
  const value = new Float64Array(bits.buffer);
  for (let made = 0; made < count; made += 1) {
    state ^= BigInt.asUintN(64, state << 13n);
    state ^= state >> 7n;
    state ^= BigInt.asUintN(64, state << 17n);
    bits[0] = state;
    if (Number.isFinite(value[0])) yield value[0] as number;
  }
}

test('a short decimal is the number that Number() gives, to the last bit', () => {
  let short = 0;
  for (const double of doubles(20_000)) {
    const measured = (double % 1e6) + 0.001;
    const texts = [double, measured, Math.fround(measured), Math.round(measured)].flatMap((value) => [
      String(value),
      value.toExponential(),
      value.toFixed(7),
      value.toPrecision(9),
      value.toPrecision(17),
    ]);
    for (const text of texts) {
      const value = numberIn(text);
      if (Number.isNaN(value)) continue;
      short += 1;
      assert.ok(Object.is(value, Number(text)), `${text} became ${value}`);
    }
  }
  assert.ok(short > 100_000, `only ${short} were short`);
});

test('the edges of what is exact are left to Number()', () => {
  assert.equal(numberIn('9007199254740991'), 9007199254740991);
  assert.equal(numberIn('9007199254740992'), Number.NaN);
  assert.equal(numberIn('900719925474099.3'), Number.NaN);
  assert.equal(numberIn('1e22'), 1e22);
  assert.equal(numberIn('1e23'), Number.NaN);
  assert.equal(numberIn('1.5e-21'), 1.5e-21);
  assert.equal(numberIn('1.5e-22'), Number.NaN);
});

test('the spellings of numbers are read, and nothing else', () => {
  for (const text of ['-0.0', '5.', '1E5', '1e+2', '2.10128e-05', '61073.0742401978'])
    assert.equal(numberIn(text), Number(text));
  for (const text of [
    '',
    '.5',
    '+1',
    '-',
    '--1',
    '1e',
    '1e+',
    '1e5x',
    '1 ',
    ' 1',
    '0x1F',
    '1_000',
    'NaN',
    '1.2.3',
    '"1"',
    '5}',
  ]) {
    assert.equal(numberIn(text), Number.NaN, text);
  }
});
