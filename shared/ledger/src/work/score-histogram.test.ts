import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { newLedger } from '../testing/ledgers.js';
import { changing, execute } from '../testing/look-inside.js';
import { countsBetween } from './score-histogram.js';

const EDGES = [0, 0.25, 0.5, 0.75, 1];
const A1 = { name: 'r0b', version: 'a1' };

describe('the spread of scores', () => {
  test('puts a score on an edge into the bin above, and what lies outside into the first and the last', () => {
    assert.deepEqual(countsBetween(EDGES, [0, 0.25, 0.4999, 0.5, 1]), [1, 2, 1, 1]);
    assert.deepEqual(countsBetween([0.1, 0.5, 0.9], [0, 0.1, 0.9, 1]), [2, 2]);
    assert.deepEqual(countsBetween(EDGES, []), [0, 0, 0, 0]);
  });

  test('adds up by night and model version, newest night first', async (t: TestContext) => {
    const ledger = await newLedger(t);
    const { scoreCounts } = ledger;
    await changing(ledger, async (tx) => {
      await scoreCounts.add(tx, A1, '20260301_235959', [0.1, 0.9], EDGES);
      await scoreCounts.add(tx, A1, '20260302_000001', [0.3], EDGES);
      await scoreCounts.add(tx, A1, '20260302_000002', [0.3, 1], EDGES);
      await scoreCounts.add(tx, { name: 'r0b', version: 'a2' }, '20260302_000002', [0.6], EDGES);
      await scoreCounts.add(tx, { name: 'agn', version: 'a1' }, '20260302_000002', [0.6], EDGES);
    });
    const nights = [
      { night: '20260302', counts: [0, 2, 0, 1] },
      { night: '20260301', counts: [1, 0, 0, 1] },
    ];
    assert.deepEqual(await scoreCounts.nights(A1, EDGES, 8), nights);
    assert.deepEqual(await scoreCounts.nights(A1, EDGES, 1), nights.slice(0, 1));
    assert.deepEqual(await scoreCounts.nights({ name: 'r0b', version: 'a3' }, EDGES, 8), []);
  });

  test('counts each recorded score once, however often its stem is done', async (t: TestContext) => {
    const ledger = await newLedger(t);
    for (const table of ['feature_making', 'predict', 'annotating']) {
      await execute(ledger, `INSERT INTO ${table} (stem, r0b) VALUES ('20260302_000001', 1)`);
    }
    const work = ledger.work('predict', 'r0b');
    const rows = [0.1, 0.6].map((score, at) => ({ diaObjectId: 1n, diaSourceId: BigInt(at), score }));
    for (let time = 0; time < 2; time += 1) {
      await work.retry('20260302_000001', true);
      const settlement = { status: 1, now: 0, durationMs: 0 } as const;
      assert.ok(await ledger.results.recordScores(work, '20260302_000001', { ...A1, edges: EDGES }, rows, settlement));
    }
    assert.deepEqual(await ledger.scoreCounts.nights(A1, EDGES, 8), [{ night: '20260302', counts: [1, 0, 1, 0] }]);
  });
});
