import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ledger } from '../ledger.js';
import type { QuarantineEntry } from '../quarantine.js';
import { addStem, newLedger, newPlace, openLedger } from '../testing/ledgers.js';
import { changing, execute, rowIn, tuplesIn, valueIn } from '../testing/look-inside.js';
import { type BatchRecord, OffsetsTaken } from './batches.js';

const NOW = Date.UTC(2026, 2, 1, 10, 24, 48, 700);
const STEM = '20260301_102448';
const PARTITION = { groupId: 'lvra', topic: 'lasair_18lvra-fodder', partition: 0 };
const OBJECTS = [169755827469549632n, 170019716327800983n, 9223372036854775807n];

function batch(stem: string, changes: Partial<BatchRecord> = {}): BatchRecord {
  const made = {
    stem,
    vras: ['r0b'],
    source: 'kafka',
    diaObjectIds: OBJECTS,
    bytes: 120_000,
    groupId: 'lvra',
    ranges: [],
    quarantined: [],
  };
  return { ...made, receivedMs: Float64Array.of(NOW - 5.25, Number.NaN, NOW), now: NOW, durationMs: 3, ...changes };
}

/** Reserves names at the same instant. */
async function reserve(ledger: Ledger, count: 2): Promise<[string, string]>;
async function reserve(ledger: Ledger, count: number): Promise<string[]>;
async function reserve({ batches }: Ledger, count: number): Promise<string[]> {
  const stems: string[] = [];
  while (stems.length < count) stems.push(await batches.reserveStem('me', new Date(NOW)));
  return stems;
}

const range = (first: bigint, next: bigint, partition = 0) => ({
  topic: 'lasair_18lvra-fodder',
  partition,
  first,
  next,
  fingerprint: `f${next}`,
});

const quarantined = (stem: string, position: number): QuarantineEntry => ({
  ...{
    stem,
    stage: 'consumer',
    position,
    reason: 'not_json',
    detail: 'no JSON',
    path: `quarantine/${position}`,
    bytes: 3,
  },
  ...{ topic: 'lasair_18lvra-fodder', partition: 2, offset: 9007199254740993n, receivedMs: NOW + 0.5, at: NOW },
});

describe('a stem', () => {
  test('is named after its second, or the next that no table has', async (t) => {
    const ledger = await newLedger(t);
    const { batches } = ledger;
    await execute(ledger, "INSERT INTO feature_making (stem, r0b) VALUES ('20260301_102449', 1)");
    await execute(ledger, "INSERT INTO annotating (stem, r0b) VALUES ('20260301_102451', NULL)");
    const names = await reserve(ledger, 4);
    assert.deepEqual(names, [STEM, '20260301_102450', '20260301_102452', '20260301_102453']);
    assert.equal(await batches.reserveStem('me', new Date(Date.UTC(2026, 11, 31, 23, 59, 59))), '20261231_235959');
    assert.equal(await batches.reserveStem('me', new Date(Date.UTC(2026, 11, 31, 23, 59, 59))), '20270101_000000');
  });

  test('that was registered last says when, and a reserved one does not', async (t) => {
    const { batches, totals } = await newLedger(t);
    assert.equal(await totals.lastRegisteredMs(), 0);
    for (const now of [NOW, NOW + 1_500, NOW + 1_000]) {
      await batches.register(batch(await batches.reserveStem('me', new Date(NOW)), { now, ranges: [] }));
    }
    await batches.reserveStem('me', new Date(NOW + 9_000));
    assert.equal(await totals.lastRegisteredMs(), NOW + 1_500);
  });

  test('comes after the last one if batches come quicker than seconds', async (t) => {
    const { batches } = await newLedger(t);
    for (let times = 0; times < 3; times++) await batches.reserveStem('me', new Date(NOW));
    assert.equal(await batches.reserveStem('me', new Date(NOW)), '20260301_102451');
  });

  test('is near the clock again after that was set back', async (t) => {
    const { batches } = await newLedger(t);
    await batches.reserveStem('me', new Date(NOW + 2 * 3_600_000));
    await batches.reserveStem('me', new Date(NOW));
    await batches.reserveStem('me', new Date(NOW + 2 * 3_600_000));
    assert.equal(await batches.reserveStem('me', new Date(NOW)), '20260301_102449');
  });

  test('that was given up is never used again, not even by the consumer that reserved it', async (t) => {
    const place = newPlace(t);
    const { batches } = await openLedger(t, place, ['r0b'], { create: true });
    const stem = await batches.reserveStem('slow', new Date(NOW));
    assert.equal(await batches.abandonStem(stem, NOW + 1), true);
    await assert.rejects(batches.register(batch(stem, { ranges: [range(0n, 3n)] })), /is not reserved any more/);
    assert.equal(await batches.position('lvra', 'lasair_18lvra-fodder', 0), undefined);
    await batches.recordCleared(stem, NOW + 2);
    const another = await openLedger(t, place, ['r0b'], { create: false });
    assert.equal(await another.batches.reserveStem('me', new Date(NOW)), '20260301_102449');
    await assert.rejects(batches.register(batch(stem)), /is not reserved any more/);
  });

  test('that is registered stays when its consumer, who had no answer, gives it up', async (t) => {
    const { batches, history } = await newLedger(t);
    const stem = await batches.reserveStem('me', new Date(NOW));
    await batches.register(batch(stem));
    assert.equal(await batches.abandonStem(stem, NOW + 1), false);
    await batches.recordCleared(stem, NOW + 1);
    const { registeredAt, abandonedAt } = (await history.batch(stem))!;
    assert.deepEqual([registeredAt, abandonedAt], [NOW, undefined]);
    assert.deepEqual(await batches.unregistered(NOW + 60_000), []);
  });

  test('that was reserved and never registered is found', async (t) => {
    const { batches } = await newLedger(t);
    await batches.reserveStem('killed', new Date(NOW));
    const later = await batches.reserveStem('alive', new Date(NOW + 60_000));
    await batches.register(batch(await batches.reserveStem('me', new Date(NOW - 9_000))));
    assert.deepEqual(await batches.unregistered(NOW + 1), [STEM]);
    assert.deepEqual(await batches.unregistered(NOW + 60_001), [STEM, later]);
  });

  test('that was given up is found until its files are removed', async (t) => {
    const { batches, history } = await newLedger(t);
    const stem = await batches.reserveStem('killed', new Date(NOW));
    await batches.abandonStem(stem, NOW + 1);
    await batches.abandonStem(stem, NOW + 2);
    assert.deepEqual(await batches.unregistered(NOW + 1), [stem]);
    await batches.recordCleared(stem, NOW + 3);
    assert.deepEqual(await batches.unregistered(NOW + 1), []);
    assert.equal((await history.batch(stem))?.abandonedAt, NOW + 1);
  });
});

describe('registering a batch', () => {
  test('opens it for every VRA in every stage, and keeps what was known of it', async (t) => {
    const ledger = await newLedger(t, ['r0b', 'agn']);
    const { batches } = ledger;
    await batches.reserveStem('me', new Date(NOW));
    await batches.register(
      batch(STEM, { vras: ['r0b', 'agn'], ranges: [range(5n, 8n)], quarantined: [quarantined(STEM, 1)] }),
    );
    for (const stage of ['feature', 'predict', 'annotate'] as const) {
      for (const vra of ['r0b', 'agn']) assert.equal(await ledger.work(stage, vra).status(STEM), 0);
    }
    assert.deepEqual(await batches.receivedMs(STEM), Float64Array.of(NOW - 5.25, Number.NaN, NOW));
    assert.deepEqual(await batches.position('lvra', 'lasair_18lvra-fodder', 0), {
      ...{ next: 8n, fingerprint: 'f8', readTo: 8n, marked: true },
    });
    const [entry] = await ledger.quarantine.list();
    assert.deepEqual(entry, {
      ...quarantined(STEM, 1),
      id: 1n,
      offsets: 1,
      vra: undefined,
      diaObjectId: undefined,
      diaSourceId: undefined,
      replayedAs: undefined,
      prunedAt: undefined,
    });
    assert.deepEqual(
      (await ledger.events.ofStem(STEM)).map(({ stage, vra, status, rows, detail }) => [
        stage,
        vra,
        status,
        rows,
        detail,
      ]),
      [['consumer', '', -1, 3, '1 in quarantine']],
    );
  });

  test('with nothing but bad messages opens no work, and still moves the position', async (t) => {
    const ledger = await newLedger(t);
    await ledger.batches.reserveStem('me', new Date(NOW));
    await ledger.batches.register(
      batch(STEM, {
        diaObjectIds: [],
        receivedMs: new Float64Array(0),
        ranges: [range(0n, 1n)],
        quarantined: [quarantined(STEM, 0)],
      }),
    );
    assert.equal(await ledger.work('feature', 'r0b').status(STEM), undefined);
    assert.equal((await ledger.batches.position('lvra', 'lasair_18lvra-fodder', 0))?.next, 1n);
    assert.equal((await ledger.quarantine.list()).length, 1);
  });

  test('maps every object to its latest stem, whichever is registered first', async (t) => {
    const ledger = await newLedger(t);
    const before = "INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, '20260127_105636')";
    await execute(ledger, before, OBJECTS[0]!);
    const [first, second] = [
      await ledger.batches.reserveStem('a', new Date(NOW)),
      await ledger.batches.reserveStem('b', new Date(NOW)),
    ];
    await ledger.batches.register(batch(second, { diaObjectIds: OBJECTS.slice(0, 2) }));
    await ledger.batches.register(batch(first));
    assert.deepEqual(await tuplesIn(ledger, 'SELECT diaObjectId, stem FROM diaobjid_stems ORDER BY 1'), [
      [OBJECTS[0], second],
      [OBJECTS[1], second],
      [OBJECTS[2], first],
    ]);
  });

  test('keeps the time at which an object came first, as the Python consumer does', async (t) => {
    const ledger = await newLedger(t);
    const [object] = OBJECTS;
    const insert = 'INSERT INTO diaobjid_stems (diaObjectId, stem, timestamp) VALUES (?, ?, ?)';
    await execute(ledger, insert, object!, '20260127_105636', '2026-01-27 10:57:01');
    const stem = await ledger.batches.reserveStem('a', new Date(NOW));
    await ledger.batches.register(batch(stem, { diaObjectIds: OBJECTS.slice(0, 1) }));
    const row = await rowIn(ledger, 'SELECT stem, timestamp FROM diaobjid_stems WHERE diaObjectId = ?', object!);
    assert.deepEqual(row, { stem, timestamp: '2026-01-27 10:57:01' });
  });

  test('of offsets that another consumer has recorded writes nothing at all and names them', async (t) => {
    const ledger = await newLedger(t);
    const { batches, positions } = ledger;
    const [mine, theirs] = await reserve(ledger, 2);
    await batches.register(batch(theirs, { ranges: [range(0n, 10n), range(0n, 4n, 1)] }));
    const late = batch(mine, { ranges: [range(0n, 7n), range(4n, 6n, 1), range(0n, 3n, 2)], diaObjectIds: [77n] });
    await assert.rejects(
      batches.register(late),
      (error) =>
        error instanceof OffsetsTaken &&
        /lasair_18lvra-fodder\[0\] up to 10$/.test(error.message) &&
        error.partitions.length === 1,
    );
    const at = async (...partitions: number[]) =>
      (await positions.positions(partitions.map((partition) => ({ ...PARTITION, partition })))).map(
        (each) => each?.next,
      );
    assert.deepEqual(await at(0, 1, 2), [10n, 4n, undefined]);
    assert.equal(await ledger.work('feature', 'r0b').status(mine), undefined);
    assert.equal(await valueIn(ledger, 'SELECT count(*) FROM diaobjid_stems WHERE diaObjectId = 77'), 0n);
    await batches.register(batch(mine, { ranges: [range(10n, 12n), range(4n, 6n, 1)] }));
    assert.deepEqual(await at(1, 0), [6n, 12n]);
  });

  test('knows up to where there is nothing behind it, as long as the group stands there', async (t) => {
    const ledger = await newLedger(t);
    const { batches, positions } = ledger;
    const readTo = async () => (await positions.position(PARTITION))?.readTo;
    const [first, second] = await reserve(ledger, 2);
    await batches.register(batch(first, { ranges: [range(0n, 10n)] }));
    await positions.recordEmpty(PARTITION, 9n, 12n);
    assert.equal(await readTo(), 10n);
    await positions.recordEmpty(PARTITION, 10n, 12n);
    assert.equal(await readTo(), 12n);
    await batches.register(batch(second, { ranges: [range(10n, 15n)] }));
    assert.equal(await readTo(), 15n);
  });

  test('of another group, or after the topic was created again, may begin anywhere', async (t) => {
    const ledger = await newLedger(t);
    const { batches, positions } = ledger;
    const stems = await reserve(ledger, 3);
    await batches.register(batch(stems[0]!, { ranges: [range(0n, 10n)] }));
    await batches.register(batch(stems[1]!, { ranges: [range(3n, 5n)], groupId: 'other' }));
    assert.ok(await positions.turn(PARTITION, { before: 10n, after: 0n, reason: 'replaced', at: NOW }));
    assert.equal(await batches.position('lvra', 'lasair_18lvra-fodder', 0), undefined);
    await batches.register(batch(stems[2]!, { ranges: [range(0n, 2n)] }));
    assert.equal((await batches.position('lvra', 'lasair_18lvra-fodder', 0))?.next, 2n);
    assert.equal((await batches.position('other', 'lasair_18lvra-fodder', 0))?.next, 5n);
  });

  test('fails if its name is not reserved any more, or is in a status table by now, and writes nothing', async (t) => {
    const ledger = await newLedger(t);
    const { batches } = ledger;
    await assert.rejects(batches.register(batch(STEM, { ranges: [range(0n, 3n)] })), /20260301_102448 is not reserved/);
    await batches.reserveStem('me', new Date(NOW));
    await addStem(ledger, STEM, 1, 1, 1);
    await assert.rejects(batches.register(batch(STEM, { ranges: [range(0n, 3n)] })), /unique constraint/i);
    assert.equal(await batches.position('lvra', 'lasair_18lvra-fodder', 0), undefined);
    assert.deepEqual(await batches.unregistered(NOW + 1), [STEM]);
    assert.deepEqual(await ledger.events.ofStem(STEM), []);
  });

  test('keeps whose each alert is and how long, and forgets it with the batch or where that is refused', async (t) => {
    const ledger = await newLedger(t);
    const [stem, other] = await reserve(ledger, 2);
    const lengths = Uint32Array.of(1, 4_294_967_295, 40_000);
    await ledger.batches.register(batch(stem, { lengths, ranges: [range(0n, 3n)] }));
    const kept = await ledger.places.of(stem);
    assert.deepEqual(kept, { diaObjectIds: BigInt64Array.from(OBJECTS), lengths });
    await assert.rejects(ledger.batches.register(batch(other, { lengths, ranges: [range(1n, 4n)] })), OffsetsTaken);
    assert.equal(await ledger.places.of(other), undefined);
    assert.equal(await valueIn(ledger, 'SELECT count(*) FROM alert_place'), 1n);

    await execute(ledger, "UPDATE alert_place SET stem = 'no stem'");
    assert.equal((await ledger.forgetting.stem('no stem')).alert_place, 1);
    assert.equal(await valueIn(ledger, 'SELECT count(*) FROM alert_place'), 0n);
  });

  test('that the Python pipeline registered has no times of arrival', async (t) => {
    const ledger = await newLedger(t);
    await addStem(ledger, STEM);
    assert.equal(await ledger.batches.receivedMs(STEM), undefined);
  });
});

test('an alert stays once in quarantine however often its stem is done, and goes when it was replayed', async (t) => {
  const ledger = await newLedger(t);
  const { quarantine } = ledger;
  const add = (...entries: QuarantineEntry[]) => changing(ledger, (tx) => quarantine.add(tx, entries));
  await add(quarantined(STEM, 1), { ...quarantined(STEM, 1), detail: 'twice' });
  const ofFile = { topic: undefined, partition: undefined, offset: undefined, receivedMs: undefined };
  await add({ ...quarantined(STEM, 1), detail: 'second attempt' }, { ...quarantined(STEM, 2), ...ofFile });
  const listed = await quarantine.list();
  assert.deepEqual(
    listed.map(({ detail }) => detail),
    ['no JSON', 'no JSON'],
  );
  const [first, second] = listed.map(({ id }) => id) as [bigint, bigint];
  assert.ok(first < second, 'in the order in which they came');
  assert.equal((await quarantine.get(first))?.offset, 9007199254740993n);
  assert.equal((await quarantine.get(second))?.partition, undefined);
  assert.equal(await quarantine.get(99n), undefined);
  await quarantine.markReplayed(first, '20260301_120000');
  assert.deepEqual(
    (await quarantine.list()).map(({ id }) => id),
    [second],
  );
  assert.deepEqual(
    (await quarantine.list({ all: true })).map(({ replayedAs }) => replayedAs),
    ['20260301_120000', undefined],
  );
});
