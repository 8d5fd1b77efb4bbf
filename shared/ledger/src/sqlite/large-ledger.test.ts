import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filledObjectId, filledObjects, fillLedger, nextSourceId } from '../testing/large-ledger.js';
import { newLedger } from '../testing/ledgers.js';
import { valuesIn } from '../testing/look-inside.js';

test('a filled ledger holds the objects that are asked for by number, to the last digit', async (t) => {
  const ledger = await newLedger(t, ['r0b']);
  const size = { stems: 20, alertsAStem: 50, sourcesAnObject: 10 };
  fillLedger(ledger, size);
  const named = new Set(Array.from({ length: filledObjects(size) }, (_, object) => filledObjectId(object)));
  const ids = await valuesIn<bigint>(ledger, 'SELECT DISTINCT diaObjectId FROM provenance');
  assert.ok(ids.length > 50, `${ids.length} objects`);
  assert.deepEqual(
    ids.filter((id) => !named.has(id)),
    [],
  );
  const sources = await valuesIn<bigint>(ledger, 'SELECT diaSourceId FROM source');
  assert.equal(sources.length, size.stems * size.alertsAStem);
  assert.ok(sources.every((id) => id < nextSourceId(size.stems, 0)));
});
