import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newLedger } from '../testing/ledgers.js';
import { execute } from '../testing/look-inside.js';

const STEM = '20260301_000001';
const ADD = `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name) VALUES (?, ?, ?, ?, 'r0b')`;

test('the best of a night are ordered by their newest scores, infinite ones too, and what has no score is left out', async (t) => {
  const ledger = await newLedger(t);
  const scores = [
    [1n, 11n, 0.25],
    [2n, 21n, Infinity],
    [3n, 31n, -Infinity],
    [4n, 41n, null],
    [5n, 51n, 0.75],
    // The later one counts, though it is lower.
    [5n, 52n, 0.5],
  ] as const;
  for (const [object, source, score] of scores) await execute(ledger, ADD, object, source, STEM, score);
  const best = await ledger.best.of('r0b', STEM, `${STEM}~`, 10);
  assert.deepEqual(
    best.map(({ diaObjectId, score }) => [diaObjectId, score]),
    [
      [2n, Infinity],
      [5n, 0.5],
      [1n, 0.25],
      [3n, -Infinity],
    ],
  );
});
