import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './fuzz.js';
import { fuzzNeighbours } from './neighbours.js';

/** Seeds that once found something; `make fuzz` draws new ones. */
const SEEDS = [1, 20260202];

for (const seed of SEEDS) {
  test(`2,000 broken messages are read as Python reads them, or refused: SEED=${seed}`, async () => {
    const { taken, rows, faults } = await fuzz(2_000, seed);
    assert.deepEqual(faults.slice(0, 10), []);
    assert.ok(taken > 200 && rows > 100, `${taken} taken, ${rows} rows`);
  });
}

test('good alerts beside a bad one, in 300 stems, have the rows and scores that they have without it', async () => {
  const { scored, aside, faults } = await fuzzNeighbours(300, 1);
  assert.deepEqual(faults.slice(0, 10), []);
  assert.ok(scored > 50 && aside.size > 4, `${scored} scored; ${[...aside].join('; ')}`);
});
