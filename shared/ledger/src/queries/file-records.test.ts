import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addStem, newLedger } from '../testing/ledgers.js';

const NOW = Date.UTC(2026, 2, 1, 10, 24, 48, 700);

test('a file is known from when it was recorded, with its length; the newest features count', async (t) => {
  const ledger = await newLedger(t, ['r0b', 'agn']);
  const { batches, files, results } = ledger;
  const stem = await batches.reserveStem('me', new Date(NOW));
  const features = { kind: 'features', set: 'r0b' } as const;
  for (const file of [{ kind: 'batch' }, features] as const) assert.equal(await files.of(stem, file), undefined);
  await batches.register({
    ...{
      stem,
      vras: ['r0b', 'agn'],
      source: 'kafka',
      diaObjectIds: [1n],
      bytes: 100,
      receivedMs: Float64Array.of(NOW),
    },
    ...{ groupId: 'lvra', ranges: [], checksum: { bytes: 105, crc32: 7 }, now: NOW + 1 },
    quarantined: [
      {
        ...{ stem, stage: 'consumer', position: 3, reason: 'not_json', detail: 'no JSON', path: 'quarantine/3' },
        ...{ bytes: 4, checksum: { bytes: 4, crc32: 8 }, at: NOW },
      },
    ],
  });
  assert.deepEqual(await files.of(stem, { kind: 'batch' }), { at: NOW + 1, bytes: 105 });
  assert.deepEqual(await files.of(stem, { kind: 'quarantined', position: 3 }), { at: NOW + 1, bytes: 4 });
  assert.equal(await files.of(stem, features), undefined);
  for (const [vra, ms] of [['r0b', 20] as const, ['agn', 30] as const]) {
    const settlement = { status: 1, now: NOW + ms, durationMs: 1 } as const;
    const file = { set: 'r0b', checksum: { bytes: 1_000 + ms, crc32: 9 } };
    const recorded = await results.recordFeatures(ledger.work('feature', vra), stem, [], [], { ...settlement, file });
    assert.ok(recorded);
    assert.deepEqual(await files.of(stem, features), { at: NOW + ms, bytes: 1_000 + ms });
  }
  assert.deepEqual(await files.of(stem, { kind: 'features', set: 'own' }), { at: NOW + 30, bytes: undefined });
});

test('a batch without an alert has no file', async (t) => {
  const { batches, files } = await newLedger(t);
  const stem = await batches.reserveStem('me', new Date(NOW));
  const empty = { diaObjectIds: [], bytes: 0, receivedMs: new Float64Array(0), quarantined: [] };
  await batches.register({ stem, vras: ['r0b'], source: 'kafka', ...empty, groupId: 'lvra', ranges: [], now: NOW });
  assert.equal(await files.of(stem, { kind: 'batch' }), undefined);
});

test('of a file of the Python pipeline nothing is known', async (t) => {
  const ledger = await newLedger(t);
  await addStem(ledger, '20260301_000001', 1);
  for (const file of [{ kind: 'batch' }, { kind: 'features' }] as const) {
    assert.equal(await ledger.files.of('20260301_000001', file), undefined);
  }
});
