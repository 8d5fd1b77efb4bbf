import { LONGEST_CLASSIFICATION } from './annotation-fields.js';

/**
 * A finite number as a plain decimal, never in exponent form, with the fewest digits that give the same number
 * again. Whole numbers end in `.0`, as Python prints a float. Lasair keeps classifications as text, and users
 * compare them with numbers in SQL.
 */
export function plainDecimal(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} has no decimal form`);
  const text = String(value);
  const [mantissa = '', exponent] = text.split('e');
  if (exponent === undefined) return text.includes('.') ? text : `${text}.0`;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}.0`;
}

/** Any score nearer to zero than this has a text that Lasair takes: a sign, 77 digits and `.0`. */
export const LARGEST_SCORE = 1e77;

/**
 * A score as Lasair takes it: a plain decimal, rounded to the digits that its 80 characters hold. Only numbers below 1e-60
 * lose digits by that, and at the end become `0.0`.
 */
export function classificationOf(score: number): string {
  const text = plainDecimal(score);
  if (text.length <= LONGEST_CLASSIFICATION || Math.abs(score) >= 1) return text;
  const rounded = score.toFixed(LONGEST_CLASSIFICATION - (score < 0 ? '-0.' : '0.').length);
  return rounded.replace(/0+$/, '').replace(/^-?0\.$/, '0.0');
}
