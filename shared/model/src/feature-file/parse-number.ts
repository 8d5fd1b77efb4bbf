import { shortDecimal } from '@lvra/core';

const FALSE = Buffer.from('False');
const TRUE = Buffer.from('True');

/**
 * Reads the most common cells straight from their bytes: empty, False, True, and numbers of few digits.
 *
 * @param values gets the value at `at`: NaN if the cell is empty, 1 for True, 0 for False
 * @returns false for any other cell, which may still be a value: see `featureValue`
 */
export function parseSimpleNumber(
  bytes: Uint8Array,
  start: number,
  end: number,
  values: Float32Array | Float64Array,
  at: number,
): boolean {
  const value = start === end ? Number.NaN : shortDecimal(bytes, start, end);
  values[at] = value;
  if (!Number.isNaN(value) || start === end) return true;
  const isFalse = equals(bytes, start, end, FALSE);
  if (!isFalse && !equals(bytes, start, end, TRUE)) return false;
  values[at] = isFalse ? 0 : 1;
  return true;
}

function equals(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start !== word.length) return false;
  for (let at = 0; at < word.length; at += 1) if (bytes[start + at] !== word[at]) return false;
  return true;
}
