import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ledger } from '@lvra/ledger';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { nightNamed } from '../../../night-span.js';
import { LoadedNights } from './loaded-nights.js';
import { newestRows } from './newest-rows.js';

const SPAN = nightNamed('20260301');

/** A stem of some alerts, each of an object that comes again in every stem. */
async function addStem(ledger: Ledger, second: number, alerts: number, night = '20260301'): Promise<string> {
  const stem = `${night}_0000${String(second).padStart(2, '0')}`;
  await execute(ledger, 'INSERT INTO predict (stem, r0b) VALUES (?, 1)', stem);
  const batch = 'INSERT INTO batch (stem, consumer, reserved_at, alerts) VALUES (?, ?, 1, ?)';
  await execute(ledger, batch, stem, 'test', BigInt(alerts));
  const rows = Array.from({ length: alerts }, (_, at) => `(${at + 1}, ${second * 1_000 + at}, '${stem}', 0.5, 'r0b')`);
  await execute(
    ledger,
    `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name) VALUES ${rows.join()}`,
  );
  return stem;
}

test('of a night with more scores than are kept the last stems are, also when it has grown by more', async (t) => {
  const ledger = await newLedger(t);
  for (const second of [1, 2, 3]) await addStem(ledger, second, 10);
  const nights = new LoadedNights(ledger, { mostRows: 25 });
  const night = await nights.of('r0b', SPAN);
  assert.deepEqual([night.length, night.beginsAt], [20, '20260301_000002']);
  await addStem(ledger, 4, 10);
  assert.deepEqual([(await nights.of('r0b', SPAN)).length, newestRows(night, 30, undefined).length], [30, 10]);
  const fifth = await addStem(ledger, 5, 10);
  await nights.of('r0b', SPAN);
  const again = await nights.of('r0b', SPAN);
  assert.deepEqual([again.length, again.beginsAt], [20, '20260301_000004']);
  assert.equal(again.fatedAt(again.length - 1).stem, fifth);
  // One stem may have more than that.
  const large = await addStem(ledger, 6, 40);
  const other = await new LoadedNights(ledger, { mostRows: 25 }).of('r0b', SPAN);
  assert.deepEqual([other.length, other.beginsAt], [40, large]);
});

test('the newest of each object are the same, whether a night was read at once or grew', async (t) => {
  const ledger = await newLedger(t);
  const nights = new LoadedNights(ledger);
  const grown = [];
  for (const second of [1, 2, 3, 4, 5, 6, 7]) {
    await addStem(ledger, second, second * 3);
    const night = await nights.of('r0b', SPAN);
    grown.push(newestRows(night, night.length, undefined));
  }
  const whole = await new LoadedNights(ledger).of('r0b', SPAN);
  const idsOf = (night: typeof whole, rows: Uint32Array) => [...rows].map((row) => night.columns.id[row]).sort();
  const last = await nights.of('r0b', SPAN);
  assert.deepEqual(idsOf(last, grown.at(-1) as Uint32Array), idsOf(whole, newestRows(whole, whole.length, undefined)));
  const best = await ledger.best.of('r0b', SPAN.from, SPAN.before, 100);
  assert.deepEqual(idsOf(last, grown.at(-1) as Uint32Array), best.map(({ ID }) => ID).sort());
});

test('nights take no more memory than they may, and one that was forgotten is read again', async (t) => {
  const ledger = await newLedger(t);
  const spans = ['20260301', '20260302', '20260303', '20260304'].map(nightNamed);
  for (const [at, { name }] of spans.entries()) await addStem(ledger, at, 100 + at, name);
  const bytesOfOne = await (async () => {
    const alone = new LoadedNights(ledger);
    await alone.of('r0b', spans[3]!);
    return alone.bytes;
  })();
  const nights = new LoadedNights(ledger, { mostBytes: 3 * bytesOfOne });
  for (const round of [1, 2]) {
    for (const [at, span] of spans.entries()) {
      assert.equal((await nights.of('r0b', span)).length, 100 + at, `${span.name} in round ${round}`);
      assert.ok(nights.bytes <= 3 * bytesOfOne, `${nights.bytes} of ${bytesOfOne}`);
    }
  }
  assert.ok(nights.bytes > bytesOfOne, 'several are kept');
});
