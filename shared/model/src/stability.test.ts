import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { populationStability } from './stability.js';

describe('the population stability index', () => {
  test('is 0 if nothing changed, for any number of scores', () => {
    assert.equal(populationStability([0.2, 0.3, 0.5], [20, 30, 50]), 0);
    assert.equal(populationStability([200, 300, 500], [2, 3, 5]), 0);
  });

  test('is the sum of (actual - expected) ln(actual / expected)', () => {
    // Worked by hand: 0.1 ln 2 + 0.1 ln 2 for 0.1 -> 0.2 and 0.2 -> 0.1, and nothing for the third bin.
    const index = populationStability([0.1, 0.2, 0.7], [200, 100, 700]);
    assert.ok(Math.abs(index - 0.2 * Math.LN2) < 1e-12, String(index));
  });

  test('is the same in both directions, and finite if a bin is empty', () => {
    const there = populationStability([0.5, 0.5, 0], [100, 800, 100]);
    const back = populationStability([0.1, 0.8, 0.1], [500, 500, 0]);
    assert.ok(Number.isFinite(there) && there > 0.25);
    assert.ok(Math.abs(there - back) < 1e-9);
  });
});
