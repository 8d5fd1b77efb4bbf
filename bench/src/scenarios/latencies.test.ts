import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectIdOf, sourceIdOf } from './fresh-ids.js';
import { arrivalsOf, quantile } from './latencies.js';

const load = { sent: 3, sentAt: (serial: number) => 1_000 * serial };
const held = (serial: number, at: number) => [`${objectIdOf(serial)}`, at] as const;

test('each alert took from its own sending to its own annotation', () => {
  const { latencies, faults } = arrivalsOf(load, [held(2, 2_500), held(0, 4_000), held(1, 1_250)]);
  assert.deepEqual([...latencies], [0.25, 0.5, 4]);
  assert.deepEqual(faults, []);
});

test('an alert without an annotation, and an annotation without an alert, are faults', () => {
  const { faults } = arrivalsOf(load, [held(0, 1), held(1, 1), [`${sourceIdOf(2)}`, 1]]);
  assert.equal(faults.length, 2);
  assert.match(faults[0] as string, new RegExp(`^1 annotations .* ${sourceIdOf(2)}$`));
  assert.match(faults[1] as string, new RegExp(`^1 alerts .* ${objectIdOf(2)}$`));
});

test('a quantile is one of the values', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  assert.equal(quantile(hundred, 0.5), 50);
  assert.equal(quantile(hundred, 0.99), 99);
  assert.equal(quantile(hundred, 1), 100);
  assert.equal(quantile(Float64Array.of(7), 0.99), 7);
  assert.ok(Number.isNaN(quantile(Float64Array.of(), 0.5)));
});
