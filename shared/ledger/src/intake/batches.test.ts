import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ledger } from '../ledger.js';
import type { QuarantineEntry } from '../quarantine.js';
import { addStem, newLedger } from '../testing/ledgers.js';
import { type BatchRecord, OffsetsTaken } from './batches.js';

const NOW = Date.UTC(2026, 2, 1, 10, 24, 48, 700);
const STEM = '20260301_102448';
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
  test('is named after its second, or the next that no table has', (t) => {
    const ledger = newLedger(t);
    const { database, batches } = ledger;
    database.prepare("INSERT INTO feature_making (stem, r0b) VALUES ('20260301_102449', 1)").run();
    database.prepare("INSERT INTO annotating (stem, r0b) VALUES ('20260301_102451', NULL)").run();
    const names = Array.from({ length: 4 }, () => batches.reserveStem('me', new Date(NOW)));
    assert.deepEqual(names, [STEM, '20260301_102450', '20260301_102452', '20260301_102453']);
    assert.equal(batches.reserveStem('me', new Date(Date.UTC(2026, 11, 31, 23, 59, 59))), '20261231_235959');
    assert.equal(batches.reserveStem('me', new Date(Date.UTC(2026, 11, 31, 23, 59, 59))), '20270101_000000');
  });

  test('that was registered last says when, and a reserved one does not', (t) => {
    const { batches, totals } = newLedger(t);
    assert.equal(totals.lastRegisteredMs(), 0);
    for (const now of [NOW, NOW + 1_500, NOW + 1_000]) {
      batches.register(batch(batches.reserveStem('me', new Date(NOW)), { now, ranges: [] }));
    }
    batches.reserveStem('me', new Date(NOW + 9_000));
    assert.equal(totals.lastRegisteredMs(), NOW + 1_500);
  });

  test('comes after the last one if batches come quicker than seconds', (t) => {
    const { batches } = newLedger(t);
    for (let times = 0; times < 3; times++) batches.reserveStem('me', new Date(NOW));
    assert.equal(batches.reserveStem('me', new Date(NOW)), '20260301_102451');
  });

  test('is near the clock again after that was set back', (t) => {
    const { batches } = newLedger(t);
    batches.reserveStem('me', new Date(NOW + 2 * 3_600_000));
    batches.reserveStem('me', new Date(NOW));
    batches.reserveStem('me', new Date(NOW + 2 * 3_600_000));
    assert.equal(batches.reserveStem('me', new Date(NOW)), '20260301_102449');
  });

  test('that was given up is never used again, not even by the consumer that reserved it', (t) => {
    const ledger = newLedger(t);
    const { batches } = ledger;
    const stem = batches.reserveStem('slow', new Date(NOW));
    assert.equal(batches.abandonStem(stem, NOW + 1), true);
    assert.throws(() => batches.register(batch(stem, { ranges: [range(0n, 3n)] })), /is not reserved any more/);
    assert.equal(batches.position('lvra', 'lasair_18lvra-fodder', 0), undefined);
    batches.recordCleared(stem, NOW + 2);
    const another = Ledger.open(ledger.database.name, ['r0b'], { create: false });
    t.after(() => another.close());
    assert.equal(another.batches.reserveStem('me', new Date(NOW)), '20260301_102449');
    assert.throws(() => batches.register(batch(stem)), /is not reserved any more/);
  });

  test('that is registered stays when its consumer, who had no answer, gives it up', (t) => {
    const { batches, history } = newLedger(t);
    const stem = batches.reserveStem('me', new Date(NOW));
    batches.register(batch(stem));
    assert.equal(batches.abandonStem(stem, NOW + 1), false);
    batches.recordCleared(stem, NOW + 1);
    assert.deepEqual([history.batch(stem)?.registeredAt, history.batch(stem)?.abandonedAt], [NOW, undefined]);
    assert.deepEqual(batches.unregistered(NOW + 60_000), []);
  });

  test('that was reserved and never registered is found', (t) => {
    const { batches } = newLedger(t);
    batches.reserveStem('killed', new Date(NOW));
    const later = batches.reserveStem('alive', new Date(NOW + 60_000));
    batches.register(batch(batches.reserveStem('me', new Date(NOW - 9_000))));
    assert.deepEqual(batches.unregistered(NOW + 1), [STEM]);
    assert.deepEqual(batches.unregistered(NOW + 60_001), [STEM, later]);
  });

  test('that was given up is found until its files are removed', (t) => {
    const { batches, history } = newLedger(t);
    const stem = batches.reserveStem('killed', new Date(NOW));
    batches.abandonStem(stem, NOW + 1);
    batches.abandonStem(stem, NOW + 2);
    assert.deepEqual(batches.unregistered(NOW + 1), [stem]);
    batches.recordCleared(stem, NOW + 3);
    assert.deepEqual(batches.unregistered(NOW + 1), []);
    assert.equal(history.batch(stem)?.abandonedAt, NOW + 1);
  });
});

describe('registering a batch', () => {
  test('opens it for every VRA in every stage, and keeps what was known of it', (t) => {
    const ledger = newLedger(t, ['r0b', 'agn']);
    const { batches } = ledger;
    batches.reserveStem('me', new Date(NOW));
    batches.register(
      batch(STEM, { vras: ['r0b', 'agn'], ranges: [range(5n, 8n)], quarantined: [quarantined(STEM, 1)] }),
    );
    for (const stage of ['feature', 'predict', 'annotate'] as const) {
      for (const vra of ['r0b', 'agn']) assert.equal(ledger.work(stage, vra).status(STEM), 0);
    }
    assert.deepEqual(batches.receivedMs(STEM), Float64Array.of(NOW - 5.25, Number.NaN, NOW));
    assert.deepEqual(batches.position('lvra', 'lasair_18lvra-fodder', 0), {
      ...{ next: 8n, fingerprint: 'f8', readTo: 8n, marked: true },
    });
    const [entry] = ledger.quarantine.list();
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
      ledger.events.ofStem(STEM).map(({ stage, vra, status, rows, detail }) => [stage, vra, status, rows, detail]),
      [['consumer', '', -1, 3, '1 in quarantine']],
    );
  });

  test('with nothing but bad messages opens no work, and still moves the position', (t) => {
    const ledger = newLedger(t);
    ledger.batches.reserveStem('me', new Date(NOW));
    ledger.batches.register(
      batch(STEM, {
        diaObjectIds: [],
        receivedMs: new Float64Array(0),
        ranges: [range(0n, 1n)],
        quarantined: [quarantined(STEM, 0)],
      }),
    );
    assert.equal(ledger.work('feature', 'r0b').status(STEM), undefined);
    assert.equal(ledger.batches.position('lvra', 'lasair_18lvra-fodder', 0)?.next, 1n);
    assert.equal(ledger.quarantine.list().length, 1);
  });

  test('maps every object to its latest stem, whichever is registered first', (t) => {
    const ledger = newLedger(t);
    const stemOf = (id: bigint) =>
      ledger.database.prepare('SELECT stem FROM diaobjid_stems WHERE diaObjectId = ?').pluck().get(id);
    ledger.database
      .prepare("INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, '20260127_105636')")
      .run(OBJECTS[0]);
    const [first, second] = [
      ledger.batches.reserveStem('a', new Date(NOW)),
      ledger.batches.reserveStem('b', new Date(NOW)),
    ];
    ledger.batches.register(batch(second, { diaObjectIds: OBJECTS.slice(0, 2) }));
    ledger.batches.register(batch(first));
    assert.deepEqual(OBJECTS.map(stemOf), [second, second, first]);
    assert.deepEqual(ledger.database.prepare('SELECT count(*) FROM diaobjid_stems').pluck().get(), 3n);
  });

  test('keeps the time at which an object came first, as the Python consumer does', (t) => {
    const ledger = newLedger(t);
    const [object] = OBJECTS;
    const insert = 'INSERT INTO diaobjid_stems (diaObjectId, stem, timestamp) VALUES (?, ?, ?)';
    ledger.database.prepare(insert).run(object, '20260127_105636', '2026-01-27 10:57:01');
    const stem = ledger.batches.reserveStem('a', new Date(NOW));
    ledger.batches.register(batch(stem, { diaObjectIds: OBJECTS.slice(0, 1) }));
    const row = ledger.database.prepare('SELECT stem, timestamp FROM diaobjid_stems WHERE diaObjectId = ?').get(object);
    assert.deepEqual(row, { stem, timestamp: '2026-01-27 10:57:01' });
  });

  test('of offsets that another consumer has recorded writes nothing at all and names them', (t) => {
    const ledger = newLedger(t);
    const { batches } = ledger;
    const [mine, theirs] = [batches.reserveStem('me', new Date(NOW)), batches.reserveStem('they', new Date(NOW))];
    batches.register(batch(theirs, { ranges: [range(0n, 10n), range(0n, 4n, 1)] }));
    const late = batch(mine, { ranges: [range(0n, 7n), range(4n, 6n, 1), range(0n, 3n, 2)], diaObjectIds: [77n] });
    assert.throws(
      () => batches.register(late),
      (error) =>
        error instanceof OffsetsTaken &&
        /lasair_18lvra-fodder\[0\] up to 10$/.test(error.message) &&
        error.partitions.length === 1,
    );
    const at = (partition: number) => batches.position('lvra', 'lasair_18lvra-fodder', partition)?.next;
    assert.deepEqual([at(0), at(1), at(2)], [10n, 4n, undefined]);
    assert.equal(ledger.work('feature', 'r0b').status(mine), undefined);
    assert.equal(
      ledger.database.prepare('SELECT count(*) FROM diaobjid_stems WHERE diaObjectId = 77').pluck().get(),
      0n,
    );
    batches.register(batch(mine, { ranges: [range(10n, 12n), range(4n, 6n, 1)] }));
    assert.deepEqual([at(0), at(1)], [12n, 6n]);
  });

  test('knows up to where there is nothing behind it, as long as the group stands there', (t) => {
    const { batches, positions } = newLedger(t);
    const partition = { groupId: 'lvra', topic: 'lasair_18lvra-fodder', partition: 0 };
    const readTo = () => batches.position('lvra', 'lasair_18lvra-fodder', 0)?.readTo;
    const [first, second] = [0, 1].map(() => batches.reserveStem('me', new Date(NOW))) as [string, string];
    batches.register(batch(first, { ranges: [range(0n, 10n)] }));
    positions.recordEmpty(partition, 9n, 12n);
    assert.equal(readTo(), 10n);
    positions.recordEmpty(partition, 10n, 12n);
    assert.equal(readTo(), 12n);
    batches.register(batch(second, { ranges: [range(10n, 15n)] }));
    assert.equal(readTo(), 15n);
  });

  test('of another group, or after the topic was created again, may begin anywhere', (t) => {
    const { batches, positions } = newLedger(t);
    const stems = Array.from({ length: 3 }, () => batches.reserveStem('me', new Date(NOW))) as [string, string, string];
    batches.register(batch(stems[0], { ranges: [range(0n, 10n)] }));
    batches.register(batch(stems[1], { ranges: [range(3n, 5n)], groupId: 'other' }));
    const partition = { groupId: 'lvra', topic: 'lasair_18lvra-fodder', partition: 0 };
    assert.ok(positions.turn(partition, { before: 10n, after: 0n, reason: 'replaced', at: NOW }));
    assert.equal(batches.position('lvra', 'lasair_18lvra-fodder', 0), undefined);
    batches.register(batch(stems[2], { ranges: [range(0n, 2n)] }));
    assert.equal(batches.position('lvra', 'lasair_18lvra-fodder', 0)?.next, 2n);
    assert.equal(batches.position('other', 'lasair_18lvra-fodder', 0)?.next, 5n);
  });

  test('fails if its name is not reserved any more, or is in a status table by now, and writes nothing', (t) => {
    const ledger = newLedger(t);
    const { batches } = ledger;
    assert.throws(() => batches.register(batch(STEM, { ranges: [range(0n, 3n)] })), /20260301_102448 is not reserved/);
    batches.reserveStem('me', new Date(NOW));
    addStem(ledger, STEM, 1, 1, 1);
    assert.throws(() => batches.register(batch(STEM, { ranges: [range(0n, 3n)] })), {
      code: 'SQLITE_CONSTRAINT_PRIMARYKEY',
    });
    assert.equal(batches.position('lvra', 'lasair_18lvra-fodder', 0), undefined);
    assert.deepEqual(batches.unregistered(NOW + 1), [STEM]);
    assert.deepEqual(ledger.events.ofStem(STEM), []);
  });

  test('that the Python pipeline registered has no times of arrival', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, STEM);
    assert.equal(ledger.batches.receivedMs(STEM), undefined);
  });
});

test('an alert stays once in quarantine however often its stem is done, and goes when it was replayed', (t) => {
  const { quarantine } = newLedger(t);
  quarantine.add(quarantined(STEM, 1));
  quarantine.add({ ...quarantined(STEM, 1), detail: 'second attempt' });
  quarantine.add({
    ...quarantined(STEM, 2),
    topic: undefined,
    partition: undefined,
    offset: undefined,
    receivedMs: undefined,
  });
  assert.deepEqual(
    quarantine.list().map(({ id, detail }) => [id, detail]),
    [
      [1n, 'no JSON'],
      [2n, 'no JSON'],
    ],
  );
  assert.equal(quarantine.get(1n)?.offset, 9007199254740993n);
  assert.equal(quarantine.get(2n)?.partition, undefined);
  assert.equal(quarantine.get(99n), undefined);
  quarantine.markReplayed(1n, '20260301_120000');
  assert.deepEqual(
    quarantine.list().map(({ id }) => id),
    [2n],
  );
  assert.deepEqual(
    quarantine.list({ all: true }).map(({ replayedAs }) => replayedAs),
    ['20260301_120000', undefined],
  );
});
