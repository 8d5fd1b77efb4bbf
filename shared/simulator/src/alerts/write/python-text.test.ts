import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pythonFloat } from '@lvra/core';
import { float32Text, mysqlFloat } from './python-text.js';

describe('pythonFloat', () => {
  // What CPython's repr gives, from its documentation of float formatting: exponent below 1e-4 and from 1e16.
  const written: [number, string][] = [
    [0, '0.0'],
    [-0, '-0.0'],
    [21, '21.0'],
    [-1681, '-1681.0'],
    [0.1, '0.1'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [-0.000025, '-2.5e-05'],
    [1.5e-12, '1.5e-12'],
    [1e-100, '1e-100'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ];
  for (const [value, text] of written) {
    test(`writes ${value} as ${text}`, () => assert.equal(pythonFloat(value), text));
  }
});

test('a MySQL FLOAT keeps six digits and stays a float', () => {
  assert.equal(mysqlFloat(1), '1.0');
  assert.equal(mysqlFloat(0.12345678), '0.123457');
  assert.equal(mysqlFloat(0.0000255618761), '2.55619e-05');
  assert.equal(mysqlFloat(null), 'null');
});

test('a float32 is written with the fewest digits that give the same 32 bits', () => {
  assert.equal(float32Text(0.1), '0.1');
  for (const value of [0.0076638064, 1 / 3, 0.987654321, 2.5]) {
    const text = float32Text(value);
    assert.equal(Math.fround(Number(text)), Math.fround(value));
    assert.ok(text.replace(/^0\.0*/, '').length <= 9, text);
  }
});
