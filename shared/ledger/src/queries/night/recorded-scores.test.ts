import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addStem, newLedger } from '../../testing/ledgers.js';
import { execute } from '../../testing/look-inside.js';

const [FIRST, SECOND, THIRD] = ['20260301_000001', '20260301_000002', '20260301_000003'] as const;
const OBJECT = 313637921267122191n;
const SOURCE = 170046091000545381n;

test('scores come by stem and then by ID, whole, up to an ID, and of one VRA or all', async (t) => {
  const ledger = await newLedger(t);
  const add = `INSERT INTO provenance (ID, diaObjectId, diaSourceId, stem, score, model_name, model_version)
    VALUES (?, ?, ?, ?, ?, ?, 'a1')`;
  for (const [id, stem, vra] of [
    [5n, FIRST, 'r0b'],
    [2n, SECOND, 'r0b'],
    [7n, FIRST, 'r0b_next'],
    [3n, THIRD, 'r0b'],
    [9n, FIRST, 'r0b'],
  ] as const) {
    await execute(ledger, add, id, OBJECT, SOURCE, stem, 0.1, vra);
  }
  await execute(
    ledger,
    `INSERT INTO source (diaSourceId, midpointMjdTai, ra, decl, psfFlux, band) VALUES (?, 61029.357579457035, 223.3, -40.4, 12.5, 'r')`,
    SOURCE,
  );
  await execute(
    ledger,
    "INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (2, 'accepted', 1790000000123)",
  );
  const idsOf = async (question: Partial<Parameters<typeof ledger.recorded.of>[0]>) =>
    (await ledger.recorded.of({ from: FIRST, to: SECOND, last: 100n, vra: undefined, ...question })).map(([id]) => id);
  assert.deepEqual(await idsOf({}), [5n, 7n, 9n, 2n]);
  assert.deepEqual(await idsOf({ last: 7n }), [5n, 7n, 2n]);
  assert.deepEqual(await idsOf({ vra: 'r0b' }), [5n, 9n, 2n]);
  const [row] = await ledger.recorded.of({ from: SECOND, to: SECOND, last: 100n, vra: undefined });
  const source = [61029.357579457035, 223.3, -40.4, 12.5, 'r'];
  assert.deepEqual(row, [2n, OBJECT, SOURCE, SECOND, 'r0b', 'a1', 0.1, ...source, 'accepted', 1790000000123n]);
});

test('the last thing that happened to some stems is found among those of others', async (t) => {
  const ledger = await newLedger(t);
  await addStem(ledger, FIRST, 1);
  const add = "INSERT INTO stem_event (stem, stage, vra, at, status, rows) VALUES (?, 'predict', 'r0b', ?, 1, 5)";
  await execute(ledger, add, FIRST, 1_790_000_000_500);
  await execute(ledger, add, FIRST, 1_790_000_000_100);
  await execute(ledger, add, SECOND, 1_790_000_000_900);
  assert.equal(await ledger.events.lastAt(FIRST, SECOND), 1_790_000_000_500);
  assert.equal(await ledger.events.lastAt(FIRST, THIRD), 1_790_000_000_900);
  assert.equal(await ledger.events.lastAt(THIRD, '20260302'), undefined);
});
