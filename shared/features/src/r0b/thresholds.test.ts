import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLUX_LIMIT_NJY, thresholdFlags } from './thresholds.js';

test('the flux limits are the fluxes of their magnitudes within 0.0001', () => {
  for (const [magnitude, limit] of Object.entries(FLUX_LIMIT_NJY)) {
    const flux = 10 ** ((31.4 - Number(magnitude)) / 2.5);
    assert.ok(Math.abs(limit / flux - 1) < 1e-4, magnitude);
  }
});

test('a source exactly at a limit is not brighter; the least above it is', () => {
  for (const [index, limit] of [5754, 14454, 36309, 91201, 229086].entries()) {
    const above = limit * (1 + Number.EPSILON);
    assert.equal(thresholdFlags([limit], [60000], 60000).count[index], 0);
    assert.equal(thresholdFlags([above], [60000], 60000).count[index], 1);
    assert.equal(thresholdFlags([-above], [60000], 60000).count[index], 0);
  }
});

test('the count is over all sources, whenever they were', () => {
  const fluxes = [6_000, 20_000, Number.NaN, 300_000, 100, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const times = [1, 2, 3, 4, 5, 6, 7];
  assert.deepEqual(thresholdFlags(fluxes, times, 7), { count: [4, 3, 2, 2, 2], first: [0, 0, 0, 0, 0] });
});

test('it is the first time if exactly one source is brighter and that is the latest, in any order of the list', () => {
  const first = (fluxes: number[], times: number[]) => thresholdFlags(fluxes, times, Math.max(...times)).first[0];
  assert.equal(first([100, 200, 6_000], [1, 2, 3]), 1);
  assert.equal(first([6_000, 200, 100], [3, 2, 1]), 1);
  assert.equal(first([100, 6_000, 200], [1, 3, 2]), 1);
  assert.equal(first([6_000, 200, 100], [1, 2, 3]), 0, 'the one that is brighter is not the latest');
  assert.equal(first([6_000, 200, 7_000], [1, 2, 3]), 0, 'two are brighter');
  assert.equal(first([100, 200, 300], [1, 2, 3]), 0, 'none is brighter');
  assert.equal(first([6_000, 100], [61000.5 - 0.3, 61000.5]), 0, 'a third of a day is not the same time');
});
