import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plainDecimal } from './decimal.js';

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
