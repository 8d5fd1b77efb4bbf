import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { QuarantineEntry } from '../quarantine.js';
import type { Value } from '../statements.js';
import { addStem, newLedger } from '../testing/ledgers.js';
import { execute, tuplesIn } from '../testing/look-inside.js';
import type { FeatureRecord } from './results.js';

const STEM = '20260301_000001';
const OBJECT = 170019716327800983n;
const SOURCE = 170046091000545381n;
const MODEL = { name: 'r0b', version: 'a1' };
const DONE = { status: 1, now: 1_772_000_000_000, durationMs: 4.5 } as const;

function row(diaSourceId: bigint, counts = [0, 0, 0, 0, 0]): FeatureRecord {
  const flags = { count: counts, first: [0, 0, 0, 0, 0] as const };
  return { diaObjectId: OBJECT, diaSourceId, midpointMjdTai: 61000.25, receivedMs: 1_772_000_000_123, flags };
}

const score = (diaSourceId: bigint, value = 0.5) => ({ diaObjectId: OBJECT, diaSourceId, score: value });

describe('features of a stem', () => {
  test('of an alert that is replayed from a file keep the time at which Kafka had it', async (t) => {
    const ledger = await newLedger(t);
    const work = ledger.work('feature', 'r0b');
    for (const [stem, receivedMs] of [
      [STEM, 1_772_000_000_123],
      ['20260301_000002', undefined],
    ] as const) {
      await addStem(ledger, stem);
      await ledger.results.recordFeatures(work, stem, [{ ...row(SOURCE), receivedMs }], [], DONE);
    }
    assert.deepEqual(await tuplesIn(ledger, 'SELECT diaSourceId, received_ms FROM source'), [
      [SOURCE, 1_772_000_000_123],
    ]);
  });

  test('of one source twice keep the time at which Kafka had it, also if the second row has none', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    const again = { ...row(SOURCE), midpointMjdTai: 61000.5, receivedMs: undefined };
    await ledger.results.recordFeatures(ledger.work('feature', 'r0b'), STEM, [row(SOURCE), again], [], DONE);
    assert.deepEqual(await tuplesIn(ledger, 'SELECT midpointMjdTai, received_ms FROM source'), [
      [61000.5, 1_772_000_000_123],
    ]);
  });

  test('say where each source is and how bright, as its last row has it', async (t) => {
    const ledger = await newLedger(t);
    const work = ledger.work('feature', 'r0b');
    const seen = { ra: 359.99999999, decl: -30.25, psfFlux: -812.5, band: 'y' };
    const [other, unknown, twice] = [SOURCE + 1n, SOURCE + 2n, SOURCE + 3n];
    const rows = [{ ...row(SOURCE), ...seen }, { ...row(other), ...seen, ra: 0, band: 'u' }, row(unknown)];
    const doubled = [
      { ...row(twice), ...seen },
      { ...row(twice), ...seen, psfFlux: 5e-324 },
    ];
    await addStem(ledger, STEM);
    await ledger.results.recordFeatures(work, STEM, [...rows, ...doubled], [], DONE);
    const places = 'SELECT diaSourceId, ra, decl, psfFlux, band FROM source ORDER BY diaSourceId';
    const first = [SOURCE, 359.99999999, -30.25, -812.5, 'y'];
    const rest = [
      [unknown, null, null, null, null],
      [twice, 359.99999999, -30.25, 5e-324, 'y'],
    ];
    assert.deepEqual(await tuplesIn(ledger, places), [first, [other, 0, -30.25, -812.5, 'u'], ...rest]);

    const later = '20260301_000002';
    await addStem(ledger, later);
    await ledger.results.recordFeatures(work, later, [{ ...row(other), ...seen, ra: 1, band: 'g' }], [], DONE);
    assert.deepEqual(await tuplesIn(ledger, places), [first, [other, 1, -30.25, -812.5, 'g'], ...rest]);
  });

  test('are recorded with its status, its event and its quarantine in one go', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    await work.claim(STEM, 'a', DONE.now, 30_000);
    const entry: QuarantineEntry = {
      ...{ stem: STEM, stage: 'feature', position: 3, reason: 'no_sources', detail: 'none' },
      path: 'quarantine/x',
      bytes: 12,
      at: 7,
    };
    const recorded = await ledger.results.recordFeatures(work, STEM, [row(SOURCE, [2, 1, 0, 0, 0])], [entry], {
      ...DONE,
      status: -1,
      detail: '1 in quarantine',
    });
    assert.equal(recorded, true);
    assert.equal(await work.status(STEM), -1);
    assert.deepEqual(
      await tuplesIn(
        ledger,
        'SELECT diaSourceId, n_gt22, n_gt21, n_gt20, brighter22, brighter20 FROM threshold_flags_provenance',
      ),
      [[SOURCE, 2n, 1n, 0n, 1n, 0n]],
    );
    assert.deepEqual(await tuplesIn(ledger, 'SELECT diaSourceId, midpointMjdTai, received_ms FROM source'), [
      [SOURCE, 61000.25, 1_772_000_000_123],
    ]);
    assert.deepEqual(await tuplesIn(ledger, 'SELECT count(*) FROM work'), [[0n]]);
    assert.deepEqual(await ledger.events.ofStem(STEM), [
      {
        ...{ stem: STEM, stage: 'feature', vra: 'r0b', at: DONE.now, status: -1, rows: 1 },
        durationMs: 4.5,
        detail: '1 in quarantine',
      },
    ]);
    assert.deepEqual(
      (await ledger.quarantine.list()).map(({ position, reason }) => [position, reason]),
      [[3, 'no_sources']],
    );
  });

  test('are recorded by the first of two claimants, and never on a stem that is done or unknown', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    await work.claim(STEM, 'a', DONE.now, 30_000);
    await work.claim(STEM, 'b', DONE.now + 30_000, 30_000);
    // `a` wakes up late and is nevertheless first; `b` then has nothing left to do.
    assert.equal(await ledger.results.recordFeatures(work, STEM, [row(SOURCE)], [], DONE), true);
    assert.equal(
      await ledger.results.recordFeatures(work, STEM, [row(SOURCE), row(SOURCE + 1n)], [], { ...DONE, status: -1 }),
      false,
    );
    assert.equal(await ledger.results.recordFeatures(work, '20260301_000009', [row(SOURCE)], [], DONE), false);
    assert.equal(await work.status(STEM), 1);
    assert.deepEqual(await tuplesIn(ledger, 'SELECT count(*) FROM threshold_flags_provenance'), [[1n]]);
    assert.equal((await ledger.events.ofStem(STEM)).length, 1);
  });

  test('are all there or none: an error in the middle leaves the stem pending', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    const work = ledger.work('feature', 'r0b');
    const broken = {
      ...row(SOURCE + 1n),
      diaObjectId: 'no id' as unknown as bigint,
      midpointMjdTai: undefined as unknown as number,
    };
    await assert.rejects(() => ledger.results.recordFeatures(work, STEM, [row(SOURCE), broken], [], DONE));
    assert.equal(await work.status(STEM), 0);
    assert.deepEqual(await tuplesIn(ledger, 'SELECT count(*) FROM threshold_flags_provenance'), [[0n]]);
    assert.deepEqual(await ledger.events.ofStem(STEM), []);
  });
});

describe('scores of a stem', () => {
  const rows = [score(SOURCE), score(SOURCE + 1n), score(SOURCE), score(SOURCE + 2n)];

  test('that were left half by a killed run are completed; none is doubled and none changes its ID', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM, 1);
    const insert = (...row: Value[]) =>
      execute(
        ledger,
        'INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES (?, ?, ?, ?, ?, ?)',
        ...row,
      );
    await insert(OBJECT, SOURCE, STEM, 0.1, 'r0b', 'a1');
    await insert(OBJECT, SOURCE + 2n, STEM, 0.2, 'r0b', 'a1');
    await insert(OBJECT, SOURCE + 1n, STEM, 0.3, 'r0b', 'before');
    await insert(OBJECT, SOURCE + 1n, '20260301_000002', 0.4, 'r0b', 'a1');
    assert.equal(await ledger.results.recordScores(ledger.work('predict', 'r0b'), STEM, MODEL, rows, DONE), true);
    const ours = await tuplesIn(
      ledger,
      `SELECT ID, diaSourceId, score FROM provenance WHERE stem = '${STEM}' AND model_version = 'a1' ORDER BY ID`,
    );
    assert.deepEqual(ours, [
      [1n, SOURCE, 0.1],
      [2n, SOURCE + 2n, 0.2],
      [5n, SOURCE + 1n, 0.5],
      [6n, SOURCE, 0.5],
    ]);
    assert.deepEqual(await tuplesIn(ledger, 'SELECT count(*) FROM provenance'), [[6n]]);
  });

  test('are recorded once, in either order', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM, 1);
    const work = ledger.work('predict', 'r0b');
    assert.equal(await ledger.results.recordScores(work, STEM, MODEL, rows, DONE), true);
    assert.equal(await ledger.results.recordScores(work, STEM, MODEL, rows, DONE), false);
    await work.retry(STEM, true);
    assert.equal(await ledger.results.recordScores(work, STEM, MODEL, rows, DONE), true);
    assert.deepEqual(await tuplesIn(ledger, 'SELECT count(*) FROM provenance'), [[4n]]);
  });

  test('keep every digit of the double', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM, 1);
    const values = [0.963998322011434, 0.1 + 0.2, 5e-324, 1, 0];
    await ledger.results.recordScores(
      ledger.work('predict', 'r0b'),
      STEM,
      MODEL,
      values.map((value, i) => score(SOURCE + BigInt(i), value)),
      DONE,
    );
    assert.deepEqual(
      await tuplesIn(ledger, 'SELECT score FROM provenance ORDER BY ID'),
      values.map((value) => [value]),
    );
  });
});
