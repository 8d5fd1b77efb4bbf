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

test('other values are left to the rules for text, which reject or accept them', () => {
  const texts = ['nan', 'inf', '-inf', 'TRUE', '.5', '+1', '1e', 'None', 'Falsy', 'Trus'];
  for (const text of texts) assert.equal(plainValue(text), undefined, text);
  assert.deepEqual(
    texts.map(featureValue).map((value) => value === undefined),
    texts.map((_, at) => at > 5),
  );
});
