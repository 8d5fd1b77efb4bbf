import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nightBegan } from '@lvra/core';
import type { Ledger } from '../ledger.js';
import { addStem, newLedger } from '../testing/ledgers.js';

const NOW = Date.UTC(2026, 2, 2, 1, 0, 0);
const SECOND = 1_000;

/** Registers a stem whose alerts Kafka had at these times; it is open in all stages. */
function register(ledger: Ledger, stem: string, registeredAt: number, receivedMs: readonly number[]): void {
  ledger.database.prepare("INSERT INTO batch (stem, consumer, reserved_at) VALUES (?, 'me', 0)").run(stem);
  ledger.batches.register({
    stem,
    vras: ['r0b'],
    source: 'kafka',
    diaObjectIds: receivedMs.map((_, n) => BigInt(n)),
    bytes: 1,
    receivedMs: Float64Array.from(receivedMs),
    groupId: 'g',
    ranges: [],
    quarantined: [],
    now: registeredAt,
  });
}

const done = (ledger: Ledger, table: string, stem: string) =>
  ledger.database.prepare(`UPDATE ${table} SET r0b = 1 WHERE stem = ?`).run(stem);

describe('what waits', () => {
  test('waits since its alerts were registered, for the stage whose turn it is', (t) => {
    const ledger = newLedger(t);
    register(ledger, '20260302_005900', NOW - 50 * SECOND, [NOW - 55 * SECOND]);
    register(ledger, '20260302_005910', NOW - 40 * SECOND, [NOW - 45 * SECOND]);
    done(ledger, 'feature_making', '20260302_005900');
    assert.deepEqual(ledger.flow.waiting('feature', 'r0b'), { stems: 1, oldest: NOW - 40 * SECOND, dead: 0 });
    assert.deepEqual(ledger.flow.waiting('predict', 'r0b'), { stems: 1, oldest: NOW - 50 * SECOND, dead: 0 });
    assert.deepEqual(ledger.flow.waiting('annotate', 'r0b'), { stems: 0, oldest: undefined, dead: 0 });
  });

  test('waits since the second of its name if the Python pipeline registered it', (t) => {
    const ledger = newLedger(t);
    addStem(ledger, '20260302_005500', 0, 0, 0);
    const since = NOW - 300 * SECOND;
    assert.equal(ledger.flow.waiting('feature', 'r0b').oldest, since);
    assert.deepEqual(ledger.flow.unannotated('r0b', NOW), { oldest: since, late: 0 });
  });

  test('is late alert by alert a minute after Kafka received it, in any stage', (t) => {
    const ledger = newLedger(t);
    const { flow } = ledger;
    assert.deepEqual(flow.unannotated('r0b', NOW), { oldest: undefined, late: 0 });
    // Read from Kafka late; one of the alerts has no time.
    const received = [NOW - 90 * SECOND, NOW - 61 * SECOND, NOW - 20 * SECOND, Number.NaN];
    register(ledger, '20260302_005950', NOW - 10 * SECOND, received);
    assert.deepEqual(flow.unannotated('r0b', NOW), { oldest: NOW - 90 * SECOND, late: 2 });
    // All that was registered a minute ago is late, also what is in another stage already.
    register(ledger, '20260302_005800', NOW - 120 * SECOND, [NOW - 121 * SECOND, NOW - 122 * SECOND, Number.NaN]);
    done(ledger, 'feature_making', '20260302_005800');
    assert.deepEqual(flow.unannotated('r0b', NOW), { oldest: NOW - 122 * SECOND, late: 5 });
    done(ledger, 'annotating', '20260302_005800');
    assert.deepEqual(flow.unannotated('r0b', NOW), { oldest: NOW - 90 * SECOND, late: 2 });
  });

  test('is not what a stage has given up on, nor what is not meant for the VRA', (t) => {
    const ledger = newLedger(t);
    register(ledger, '20260302_005800', NOW - 120 * SECOND, [NOW - 121 * SECOND]);
    register(ledger, '20260302_005810', NOW - 110 * SECOND, [NOW - 111 * SECOND]);
    const work = ledger.work('feature', 'r0b');
    work.claim('20260302_005800', 'me', NOW, 1_000);
    const failure = { status: 99, message: 'a fault', dueAt: undefined, now: NOW, durationMs: 1 } as const;
    work.fail('20260302_005800', 'me', failure);
    ledger.work('annotate', 'r0b').excludeStem('20260302_005810', NOW, 'not wanted');
    assert.deepEqual(ledger.flow.unannotated('r0b', NOW), { oldest: undefined, late: 0 });
    assert.deepEqual(ledger.flow.waiting('feature', 'r0b'), { stems: 1, oldest: NOW - 110 * SECOND, dead: 1 });
  });
});

describe('what came and went', () => {
  test('a night goes from noon to noon', () => {
    const noon = Date.UTC(2026, 2, 1, 12);
    assert.deepEqual([NOW, noon, noon - 1].map(nightBegan), [noon, noon, noon - 86_400_000]);
  });

  test('alerts count from an instant on, and the newest batch is known', (t) => {
    const ledger = newLedger(t);
    assert.deepEqual([ledger.flow.alertsSince(0), ledger.flow.lastRegistered()], [0, undefined]);
    register(ledger, '20260301_115950', nightBegan(NOW) - 1, [NOW]);
    register(ledger, '20260301_120000', nightBegan(NOW), [NOW, NOW]);
    // Not complete yet.
    ledger.database.exec("INSERT INTO batch (stem, consumer, reserved_at) VALUES ('20260301_120010', 'me', 0)");
    assert.deepEqual([ledger.flow.alertsSince(nightBegan(NOW)), ledger.flow.alertsSince(0)], [2, 3]);
    assert.equal(ledger.flow.lastRegistered(), nightBegan(NOW));
  });
});
