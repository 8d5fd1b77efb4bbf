import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costBetween } from './floor-clock.js';

test('what one parse costs is taken from the readings between two moments alone', () => {
  const readings = [
    { at: 100, parsed: 10, cpuMs: 50 },
    { at: 200, parsed: 20, cpuMs: 52 },
    { at: 300, parsed: 40, cpuMs: 57 },
    { at: 400, parsed: 50, cpuMs: 99 },
  ];
  assert.equal(costBetween(readings, 150, 350), 0.25);
  assert.throws(() => costBetween(readings, 150, 250), /not measured in 100 ms/);
});
