import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addStem, newLedger, newPlace, openLedger } from './testing/ledgers.js';
import { tuplesIn } from './testing/look-inside.js';

describe('opening a ledger', () => {
  test('again finds what was written, and the same data folder', async (t) => {
    const place = newPlace(t);
    const first = await openLedger(t, place, ['r0b'], { create: true });
    await addStem(first, '20260301_000001', 1);
    const second = await openLedger(t, place, ['r0b'], { create: false });
    assert.equal(await second.work('feature', 'r0b').status('20260301_000001'), 1);
    assert.equal(second.id, first.id);
    assert.notEqual((await newLedger(t)).id, first.id);
  });

  test('by several at once makes one ledger', async (t) => {
    const place = newPlace(t);
    const openings = [1, 2, 3, 4].map(() => openLedger(t, place, ['r0b'], { create: true }));
    const ids = new Set((await Promise.all(openings)).map(({ id }) => id));
    assert.equal(ids.size, 1);
  });

  test('again finds when the data folder was marked; of several marks the first counts', async (t) => {
    const place = newPlace(t);
    const first = await openLedger(t, place, ['r0b'], { create: true });
    assert.equal(await first.marked(), undefined);
    const second = await openLedger(t, place, ['r0b'], { create: false });
    const marks = [1_790_000_000_123_456, 1_790_000_000_123_457] as const;
    const [one, other] = await Promise.all([first.mark(marks[0]), second.mark(marks[1])]);
    assert.equal(one, other);
    assert.ok(marks.some((mark) => mark === one));
    assert.deepEqual([await first.mark(3), await second.marked()], [one, one]);
  });

  test('that is missing is a usage error, unless it is to be created', async (t) => {
    const place = newPlace(t);
    await assert.rejects(openLedger(t, place, ['r0b'], { create: false }), { name: 'UsageError' });
    await openLedger(t, place, ['r0b'], { create: true });
    await openLedger(t, place, ['r0b'], { create: false });
  });

  test('with a VRA more gives it columns, and earlier stems are not asked of it', async (t) => {
    const place = newPlace(t);
    await addStem(await openLedger(t, place, ['r0b'], { create: true }), '20260301_000001');
    const work = (await openLedger(t, place, ['r0b', 'agn_2'], { create: false })).work('feature', 'agn_2');
    assert.equal(await work.status('20260301_000001'), undefined);
    assert.deepEqual(await work.pending(Date.now(), 30_000), []);
    assert.deepEqual(await work.claim('20260301_000001', 'me', Date.now(), 30_000), { kind: 'not-ready' });
  });

  test('refuses a VRA whose name cannot be a column of its own, and never takes a name for a value', async (t) => {
    for (const name of ['', '1st', 'a b', 'r0b"', 'stem', 'Timestamp', 'x'.repeat(33)]) {
      await assert.rejects(newLedger(t, [name]), TypeError, name);
    }
    const ledger = await newLedger(t);
    await assert.rejects(ledger.work('feature', 'unknown').pending(0, 0), /column/);
  });

  test('refuses a VRA that has a column in other letter case, with advice', async (t) => {
    const place = newPlace(t);
    await openLedger(t, place, ['r0b'], { create: true });
    const message = /^the VRA R0B cannot have a column: feature_making has the column r0b, .* set MODEL_NAME to r0b/;
    await assert.rejects(openLedger(t, place, ['agn', 'R0B'], { create: false }), { name: 'UsageError', message });
  });
});

test('ids of 63 bits go in and come out exact', async (t) => {
  const ledger = await newLedger(t);
  const [diaObjectId, diaSourceId, stem] = [9223372036854775807n, 170046091000545381n, '20260301_000001'];
  await addStem(ledger, stem);
  const flags = { count: [1, 0, 0, 0, 0], first: [1, 0, 0, 0, 0] as const };
  const row = { diaObjectId, diaSourceId, midpointMjdTai: 61000.5, receivedMs: undefined, flags };
  const settlement = { status: 1, now: 5, durationMs: 1 } as const;
  await ledger.results.recordFeatures(ledger.work('feature', 'r0b'), stem, [row], [], settlement);
  const score = { diaObjectId, diaSourceId, score: 0.963998322011434 };
  const model = { name: 'r0b', version: 'a1' };
  await ledger.results.recordScores(ledger.work('predict', 'r0b'), stem, model, [score], settlement);
  assert.deepEqual(
    await tuplesIn(ledger, 'SELECT diaObjectId, diaSourceId, n_gt22, first22 FROM threshold_flags_provenance'),
    [[diaObjectId, diaSourceId, 1n, 1n]],
  );
  assert.deepEqual(await tuplesIn(ledger, 'SELECT diaObjectId, diaSourceId, stem, score FROM provenance'), [
    [diaObjectId, diaSourceId, stem, 0.963998322011434],
  ]);
});
