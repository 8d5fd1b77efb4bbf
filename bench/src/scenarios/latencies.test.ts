import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectIdOf, sourceIdOf } from './fresh-ids.js';
import { arrivalsOf } from './latencies.js';

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
