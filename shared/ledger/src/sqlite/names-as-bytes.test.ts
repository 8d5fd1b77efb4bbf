import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from '../ledger.js';
import { execute } from '../testing/look-inside.js';
import { ledgerPath } from '../testing/sqlite.js';

test('stems that are bytes, or have a byte of zero, are none that can be typed', async (t) => {
  const ledger = await Ledger.open(ledgerPath(t), ['r0b'], { create: true });
  t.after(() => ledger.close());
  const unnamed = [new TextEncoder().encode('20260301_102448'), new Uint8Array(), '20260301_102448\0', '\0'];
  for (const stem of unnamed) await execute(ledger, 'INSERT INTO provenance (stem) VALUES (?)', stem);
  assert.deepEqual(await ledger.verification.names.unnamed(), [{ table: 'provenance', rows: unnamed.length }]);
  assert.deepEqual(await ledger.verification.names.odd(), []);
});
