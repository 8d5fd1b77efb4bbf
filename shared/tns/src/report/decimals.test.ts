import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decimalText, rightAscensionText } from './decimals.js';

describe('numbers as reports have them', () => {
  const decimals: [value: number, digits: number, text: string][] = [
    [-1e-9, 7, '0.0000000'],
    [-0, 7, '0.0000000'],
    [-6e-8, 7, '-0.0000001'],
    [-0.004, 2, '0.00'],
    [-41.02254, 5, '-41.02254'],
    [89.999_999_99, 7, '90.0000000'],
    [1e-9, 7, '0.0000000'],
  ];
  for (const [value, digits, text] of decimals) {
    test(`${value} to ${digits} digits is ${text}`, () => assert.equal(decimalText(value, digits), text));
  }

  const ascensions: [degrees: number, digits: number, text: string][] = [
    [359.999_999_98, 7, '0.0000000'],
    [359.999_999_94, 7, '359.9999999'],
    [359.999_996, 5, '0.00000'],
    [360, 7, '0.0000000'],
    [-1e-9, 7, '0.0000000'],
    [222.717_25, 5, '222.71725'],
  ];
  for (const [degrees, digits, text] of ascensions) {
    test(`RA ${degrees} to ${digits} digits is ${text}`, () => assert.equal(rightAscensionText(degrees, digits), text));
  }
});
