import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classificationOf, LARGEST_SCORE, plainDecimal } from './decimal.js';

describe('a number as a plain decimal', () => {
  for (const [value, text] of [
    [0.963998322011434, '0.963998322011434'],
    [1e-7, '0.0000001'],
    [1.2345e-9, '0.0000000012345'],
    [-2.5e-10, '-0.00000000025'],
    [5e-324, `0.${'0'.repeat(323)}5`],
    [0, '0.0'],
    [-0, '0.0'],
    [1, '1.0'],
    [-3, '-3.0'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1e21, '1000000000000000000000.0'],
    [1.5e22, '15000000000000000000000.0'],
    [123456789012345680000, '123456789012345680000.0'],
    [0.000001, '0.000001'],
  ] as const) {
    test(`of ${value} is ${text.slice(0, 40)}`, () => assert.equal(plainDecimal(value), text));
  }

  test('gives back the same number, over the whole range of doubles', () => {
    const view = new DataView(new ArrayBuffer(8));
    let state = 1;
    const next32 = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state;
    };
    let checked = 0;
    while (checked < 100_000) {
      view.setUint32(0, next32());
      view.setUint32(4, next32());
      const value = view.getFloat64(0);
      if (!Number.isFinite(value)) continue;
      const text = plainDecimal(value);
      assert.ok(Object.is(Number(text), value), `${value} became ${text}`);
      assert.match(text, /^-?(0|[1-9][0-9]*)\.[0-9]+$/);
      checked++;
    }
  });

  test('has no more digits than needed, for scores of single precision', () => {
    for (let i = 1; i < 10_000; i++) {
      const score = Math.fround(i / 10_000);
      const text = plainDecimal(score);
      assert.equal(Number(text), score);
      const shorter = text.slice(0, -1);
      assert.notEqual(Number(shorter), score);
    }
  });

  test('does not exist for what is no finite number', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      assert.throws(() => plainDecimal(value), RangeError);
    }
  });
});

describe('a score as Lasair takes it', () => {
  const zeros = (count: number) => '0'.repeat(count);
  for (const [score, text] of [
    [0.963998322011434, '0.963998322011434'],
    [0, '0.0'],
    [-0, '0.0'],
    [1, '1.0'],
    [1 - 2 ** -53, '0.9999999999999999'],
    [1e-60, `0.${zeros(59)}1`],
    // 80 characters carry 78 decimals, so of these as many digits as are left of them.
    [1.2345678901234567e-70, `0.${zeros(69)}123456789`],
    [9.99999999999e-70, `0.${zeros(68)}1`],
    [3e-78, `0.${zeros(77)}3`],
    [6e-79, `0.${zeros(77)}1`],
    [4e-79, '0.0'],
    [3e-90, '0.0'],
    [2.2250738585072014e-308, '0.0'],
    [5e-324, '0.0'],
    [-3e-90, '0.0'],
    [-1.25e-77, `-0.${zeros(76)}1`],
  ] as const) {
    test(`of ${score} is ${text.slice(0, 24)}`, () => {
      assert.equal(classificationOf(score), text);
      assert.ok(text.length <= 80);
    });
  }

  test('fits below the largest score that is sent', () => {
    const largest = LARGEST_SCORE * (1 - 2 ** -53);
    for (const score of [largest, -largest]) assert.ok(classificationOf(score).length <= 80);
  });
});
