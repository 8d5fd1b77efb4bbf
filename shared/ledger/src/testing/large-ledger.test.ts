import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filledObjectId, filledObjects, fillLedger, nextSourceId } from './large-ledger.js';
import { newLedger } from './ledgers.js';

test('a filled ledger holds the objects that are asked for by number, to the last digit', (t) => {
  const ledger = newLedger(t, ['r0b']);
  const size = { stems: 20, alertsAStem: 50, sourcesAnObject: 10 };
  fillLedger(ledger, size);
  const named = new Set(Array.from({ length: filledObjects(size) }, (_, object) => filledObjectId(object)));
  const ids = ledger.database.prepare<[], bigint>('SELECT DISTINCT diaObjectId FROM provenance').pluck().all();
  assert.ok(ids.length > 50, `${ids.length} objects`);
  assert.deepEqual(
    ids.filter((id) => !named.has(id)),
    [],
  );
  const sources = ledger.database.prepare<[], bigint>('SELECT diaSourceId FROM source').pluck().all();
  assert.equal(sources.length, size.stems * size.alertsAStem);
  assert.ok(sources.every((id) => id < nextSourceId(size.stems, 0)));
});
