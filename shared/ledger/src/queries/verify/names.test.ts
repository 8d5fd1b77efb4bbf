import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addStem, newLedger } from '../../testing/ledgers.js';
import { execute } from '../../testing/look-inside.js';

const STEM = '20260301_000001';

describe('the names of stems', () => {
  test('are odd if they do not look like one, each once', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM, 1, 1, 1);
    const odd = [
      '',
      '20260301-000001',
      '20260301_00001',
      '20260301_0000012',
      '2026030_1000001',
      'a "b" ~',
      'x0260301_000001',
    ];
    for (const name of odd) await addStem(ledger, name, 0, 0, 0);
    // Whether there is such a second is another question.
    await addStem(ledger, '20261399_999999', 0, 0, 0);
    assert.deepEqual(await ledger.verification.names.odd(), odd.toSorted());
    assert.deepEqual(await ledger.verification.names.tablesWith(''), [
      { table: 'feature_making', rows: 1 },
      { table: 'predict', rows: 1 },
      { table: 'annotating', rows: 1 },
    ]);
    assert.deepEqual(await ledger.verification.names.unnamed(), []);
  });

  test('are none if there is nothing to type, and cannot be odd then', async (t) => {
    const ledger = await newLedger(t);
    const add = 'INSERT INTO provenance (stem) VALUES (?)';
    const unnamed = [null, '20260301\t000001', 'naïve', '\u{1f52d}', '\x7f'];
    for (const stem of unnamed) await execute(ledger, add, stem);
    await execute(ledger, add, STEM);
    assert.deepEqual(await ledger.verification.names.unnamed(), [{ table: 'provenance', rows: unnamed.length }]);
    assert.deepEqual(await ledger.verification.names.odd(), []);
  });
});
