import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSimpleNumber } from './parse-number.js';
import { featureValue } from './parse-value.js';

/** The value of a cell between others, or undefined if it is left to `featureValue`. */
function plainValue(text: string): number | undefined {
  const bytes = Buffer.from(`1,${text},7e3`);
  const values = new Float64Array(1);
  return parseSimpleNumber(bytes, 2, 2 + text.length, values, 0) ? values[0] : undefined;
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

test('a plain value is the one that Number() gives, to the last bit', () => {
  let plain = 0;
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
      const value = plainValue(text);
      if (value === undefined) continue;
      plain += 1;
      assert.ok(Object.is(value, Number(text)), `${text} became ${value}`);
    }
  }
  assert.ok(plain > 100_000, `only ${plain} were plain`);
});

test('what measurements look like is plain', () => {
  const cells = [
    '5.2629714012146',
    '3014.719482421875',
    '2.10128e-05',
    '-44.00966571369046',
    '0',
    '1681',
    '61073.0742401978',
  ];
  for (const cell of cells) assert.equal(plainValue(cell), Number(cell));
  assert.deepEqual(['', 'True', 'False', '-0.0', '5.', '1E5', '1e+2'].map(plainValue), [
    Number.NaN,
    1,
    0,
    -0,
    5,
    1e5,
    100,
  ]);
});

test('the edges of what is exact are left to Number()', () => {
  assert.equal(plainValue('9007199254740991'), 9007199254740991);
  assert.equal(plainValue('9007199254740992'), undefined);
  assert.equal(plainValue('900719925474099.3'), undefined);
  assert.equal(plainValue('1e22'), 1e22);
  assert.equal(plainValue('1e23'), undefined);
  assert.equal(plainValue('1.5e-21'), 1.5e-21);
  assert.equal(plainValue('1.5e-22'), undefined);
});

test('other values are left to the rules for text, which reject or accept them', () => {
  const texts = [
    'nan',
    'inf',
    '-inf',
    'TRUE',
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
    'None',
    '1.2.3',
    'Falsy',
    'Trus',
  ];
  for (const text of texts) assert.equal(plainValue(text), undefined, text);
  assert.deepEqual(
    texts.map(featureValue).map((value) => value === undefined),
    texts.map((_, at) => at > 5),
  );
});
