import assert from 'node:assert/strict';
import { beforeEach, describe, type TestContext, test } from 'node:test';
import type { Ledger } from '../ledger.js';
import type { Value } from '../statements.js';
import { newLedger } from '../testing/ledgers.js';
import { changing, execute } from '../testing/look-inside.js';
import type { WorkQueue } from '../work/work-queue.js';
import type { Outcome } from './outcomes.js';
import { THRESHOLD_FLAGS } from './scores.js';

const FIRST = '20260202_102448';
const SECOND = '20260202_102458';
const OBJECT = 313637921267122191n;
const NOW = 1_770_000_000_000;

describe('the annotate stage in the ledger', () => {
  let ledger: Ledger;
  let work: WorkQueue;

  beforeEach(async (t) => {
    ledger = await newLedger(t as TestContext);
    work = ledger.work('annotate', 'r0b');
    for (const stem of [FIRST, SECOND]) {
      await execute(ledger, 'INSERT INTO predict (stem, r0b) VALUES (?, 1)', stem);
      await execute(ledger, 'INSERT INTO annotating (stem, r0b) VALUES (?, 0)', stem);
    }
  });

  async function addScore(id: number, stem: string, diaSourceId: bigint, object = OBJECT): Promise<void> {
    const add = "INSERT INTO provenance VALUES (?, ?, ?, ?, 0.25, 'r0b', 'a1', current_timestamp)";
    await execute(ledger, add, id, object, diaSourceId, stem);
  }
  const scoresOf = async (stem: string) => (await ledger.annotations.scores.unsettled('r0b', stem)).scores;
  const settle = (stem: string, outcomes: [bigint, Outcome['outcome']][]) =>
    ledger.annotations.settle(work, stem, new Map(outcomes.map(([id, outcome]) => [id, { outcome, detail: 'why' }])), {
      now: NOW,
      durationMs: 5,
    });
  const call = (sender: string, now = NOW) => ({ sender, now, until: now + 90_000 });
  const reserve = (id: bigint, of: ReturnType<typeof call>) =>
    ledger.annotations.reservations.reserve(work, [{ id, diaObjectId: OBJECT, seen: 9n }], of, {
      callsPerHour: 10,
    });
  const finish = (id: bigint, of: ReturnType<typeof call>, end: 'taken' | 'unanswered' | 'refused') =>
    ledger.annotations.reservations.finish(work, [{ id, diaObjectId: OBJECT }], of, end, of.now + 50);

  describe('a score', () => {
    test('comes with the latest flags of its stem and source, and with exact ids', async () => {
      const source = 170046091000545381n;
      await addScore(1, FIRST, source);
      const columns = `diaObjectId, diaSourceId, stem, ${THRESHOLD_FLAGS.join(', ')}`;
      const add = (...values: Value[]) =>
        execute(
          ledger,
          `INSERT INTO threshold_flags_provenance (${columns}) VALUES (?, ?, ?${', ?'.repeat(15)})`,
          ...values,
        );
      await add(OBJECT, source, FIRST, ...Array(15).fill(9));
      await add(OBJECT, source, FIRST, 7, null, ...Array(13).fill(1));
      await add(OBJECT, source + 1n, FIRST, ...Array(15).fill(3));
      await add(OBJECT, source, SECOND, ...Array(15).fill(4));
      await execute(
        ledger,
        'INSERT INTO source (diaSourceId, midpointMjdTai, received_ms) VALUES (?, 61073.5, 1234.5)',
        source,
      );
      assert.deepEqual(await scoresOf(FIRST), [
        {
          id: 1n,
          diaObjectId: OBJECT,
          diaSourceId: source,
          score: 0.25,
          modelVersion: 'a1',
          flags: [7, null, ...Array(13).fill(1)],
          receivedMs: 1234.5,
          isSuperseded: false,
          history: [],
        },
      ]);
    });

    test('made by the Python pipeline has neither flags nor times', async () => {
      await addScore(1, FIRST, 10n);
      const [score] = await scoresOf(FIRST);
      assert.equal(score?.flags, undefined);
      assert.equal(score?.receivedMs, undefined);
      assert.equal(score?.isSuperseded, false);
    });

    test('is not the newest if another stem scored a later source', async () => {
      await addScore(1, FIRST, 10n);
      await addScore(2, SECOND, 20n);
      assert.equal((await scoresOf(FIRST))[0]?.isSuperseded, true);
      assert.equal((await scoresOf(SECOND))[0]?.isSuperseded, false);
    });

    test('of another VRA does not count', async () => {
      await addScore(1, FIRST, 10n);
      await addScore(2, SECOND, 20n);
      await execute(ledger, "UPDATE provenance SET model_name = 'other' WHERE ID = 2");
      assert.equal((await scoresOf(FIRST))[0]?.isSuperseded, false);
      assert.equal((await scoresOf(SECOND)).length, 0);
    });
  });

  describe('settling a stem', () => {
    beforeEach(async () => {
      await addScore(1, FIRST, 10n, 1n);
      await addScore(2, FIRST, 20n, 2n);
    });

    for (const [outcomes, expected] of [
      [['superseded', 'below_lowest'], { kind: 'settled', status: 1, rows: 0 }],
      [['dry_run', 'dry_run'], { kind: 'settled', status: 1, rows: 2 }],
      [['refused', 'superseded'], { kind: 'settled', status: -1, rows: 0 }],
      [['rejected', 'below_lowest'], { kind: 'settled', status: -1, rows: 0 }],
      [['refused', 'refused'], { kind: 'settled', status: -1, rows: 0 }],
    ] as const) {
      test(`with ${outcomes.join(' and ')} gives status ${expected.status}`, async () => {
        // To which those of the stem can give way.
        await addScore(3, SECOND, 30n, 1n);
        await addScore(4, SECOND, 40n, 2n);
        const settled = await settle(FIRST, [
          [1n, outcomes[0]],
          [2n, outcomes[1]],
        ]);
        assert.deepEqual(settled, { ...expected, recorded: outcomes });
        assert.equal(await work.status(FIRST), expected.status);
        assert.equal((await ledger.events.ofStem(FIRST)).length, 1);
      });
    }

    test('writes nothing while a score has no outcome', async () => {
      assert.deepEqual(await settle(FIRST, [[1n, 'superseded']]), { kind: 'unfinished', left: 1 });
      assert.equal(await work.status(FIRST), 0);
      assert.equal((await scoresOf(FIRST)).length, 2);
    });

    test('writes nothing if Lasair refused every score, so that all are sent again', async () => {
      const settled = await settle(FIRST, [
        [1n, 'rejected'],
        [2n, 'rejected'],
      ]);
      assert.deepEqual(settled, { kind: 'all-rejected' });
      assert.equal(await work.status(FIRST), 0);
      assert.equal((await scoresOf(FIRST)).length, 2);
    });

    test('finds a stem that is done and leaves it alone', async () => {
      await settle(FIRST, [
        [1n, 'below_lowest'],
        [2n, 'below_lowest'],
      ]);
      const again = await settle(FIRST, [
        [1n, 'refused'],
        [2n, 'refused'],
      ]);
      assert.deepEqual(again, { kind: 'done-before' });
      assert.equal(await work.status(FIRST), 1);
    });

    test('counts what was accepted before, and does not overwrite it', async () => {
      const row = { id: 1n, diaObjectId: 1n, seen: 9n };
      const limits = { callsPerHour: 10 };
      await ledger.annotations.reservations.reserve(work, [row], call('A'), limits);
      await ledger.annotations.reservations.finish(work, [row], call('A'), 'taken', NOW);
      const settled = await settle(FIRST, [
        [1n, 'refused'],
        [2n, 'below_lowest'],
      ]);
      assert.deepEqual(settled, { kind: 'settled', status: 1, rows: 1, recorded: ['below_lowest'] });
    });

    test('of a stem without scores is done in part', async () => {
      assert.deepEqual(await settle(SECOND, []), { kind: 'settled', status: -1, rows: 0, recorded: [] });
    });
  });

  describe('a reservation', () => {
    test('keeps another score of the object waiting until its call has ended', async () => {
      await addScore(1, FIRST, 10n);
      assert.equal((await reserve(1n, call('A'))).reserved.length, 1);
      assert.equal((await reserve(2n, call('B', NOW + 1000))).busy[0]?.waitMs, 89_000);
      await finish(1n, call('A'), 'taken');
      assert.equal((await reserve(2n, call('B', NOW + 1000))).reserved.length, 1);
    });

    test('keeps another score waiting for a call without an answer, and lets the same score go', async () => {
      await reserve(1n, call('A'));
      await finish(1n, call('A'), 'unanswered');
      assert.equal((await reserve(2n, call('B', NOW + 1000))).busy[0]?.waitMs, 89_050);
      assert.equal((await reserve(1n, call('B', NOW + 2000))).reserved.length, 1);
      await finish(1n, call('B', NOW + 2000), 'taken');
      assert.equal((await reserve(2n, call('C', NOW + 3000))).busy[0]?.waitMs, 87_050);
    });

    test('goes along with one of another stem only if no call is in flight or in doubt for its object', async () => {
      await addScore(1, FIRST, 10n, 1n);
      await addScore(2, SECOND, 20n, 2n);
      const filled = async (of: ReturnType<typeof call>) => {
        const terms = { callsPerHour: 10 };
        const row = (id: bigint) => ({ id, diaObjectId: id, seen: 9n });
        const { reserved, busy } = await ledger.annotations.reservations.reserve(work, [row(1n)], of, terms, [row(2n)]);
        assert.deepEqual(busy, []);
        return reserved.map(({ id }) => id);
      };
      const end = (of: ReturnType<typeof call>, how: 'taken' | 'unanswered') => {
        const rows = [1n, 2n].map((id) => ({ id, diaObjectId: id }));
        return ledger.annotations.reservations.finish(work, rows, of, how, of.now);
      };
      assert.deepEqual(await filled(call('A')), [1n, 2n]);
      assert.deepEqual(await filled(call('B', NOW + 1000)), [1n], 'the same score is in flight');
      await end(call('A'), 'unanswered');
      assert.deepEqual(await filled(call('B', NOW + 2000)), [1n], 'it may be in flight');
      assert.deepEqual(await filled(call('B', NOW + 90_000)), [1n, 2n]);
      await end(call('B', NOW + 90_000), 'taken');
      assert.equal((await settle(FIRST, [])).kind, 'settled');
      assert.equal((await settle(SECOND, [])).kind, 'settled');
    });

    test('of several stems judges each score by what was there when it was planned', async () => {
      await addScore(1, FIRST, 10n);
      await addScore(2, SECOND, 20n);
      const terms = { callsPerHour: 10 };
      const planned = [1n, 2n].map((id) => ({ id, diaObjectId: OBJECT, seen: id }));
      const { reserved, superseded } = await ledger.annotations.reservations.reserve(
        work,
        planned.slice(0, 1),
        call('A'),
        terms,
        planned.slice(1),
      );
      assert.deepEqual([superseded, reserved], [[planned[0]], [planned[1]]]);
    });

    test('finds a newer score that came in since the plan', async () => {
      await addScore(1, FIRST, 10n);
      await addScore(12, SECOND, 20n);
      assert.deepEqual((await reserve(1n, call('A'))).superseded, [{ id: 1n, diaObjectId: OBJECT, seen: 9n }]);
    });

    test('made before the clock was set back lasts no longer than one made now', async () => {
      await reserve(1n, call('A', NOW + 3_600_000));
      assert.equal((await reserve(2n, call('B'))).busy[0]?.waitMs, 90_000);
      assert.equal((await reserve(2n, call('B', NOW + 90_000))).reserved.length, 1);
    });

    test('that ran out and was taken by a newer score has that one sent again', async () => {
      await addScore(1, FIRST, 10n);
      await addScore(2, SECOND, 20n);
      await reserve(1n, call('A'));
      await reserve(2n, call('B', NOW + 90_000));
      assert.deepEqual((await finish(2n, call('B', NOW + 90_000), 'taken')).accepted, [
        { id: 2n, diaObjectId: OBJECT },
      ]);
      assert.equal((await settle(SECOND, [])).kind, 'settled');
      const late = await finish(1n, call('A'), 'taken');
      assert.deepEqual(late, { accepted: [], unsettled: 1 });
      assert.equal(await work.status(SECOND), 0);
      assert.deepEqual(await work.pending(NOW, 30_000), [FIRST, SECOND]);
      assert.equal((await scoresOf(SECOND))[0]?.id, 2n);
    });

    test('takes nothing if the hour has no call left', async () => {
      for (let i = 0; i < 10; i++) await changing(ledger, (tx) => ledger.annotations.calls.count(tx, NOW, 1));
      const { reserved, calls } = await reserve(1n, call('A'));
      assert.equal(reserved.length, 0);
      assert.ok(calls.waitMs > 3_600_000 - 60_000 && calls.waitMs <= 3_660_000);
    });
  });

  describe('an object may be annotated', () => {
    const mayBe = async () => (await ledger.annotations.scores.annotatedAmong('r0b', [OBJECT, 1n])).has(OBJECT);

    test('once a score of it was sent, accepted or not', async () => {
      assert.equal(await mayBe(), false);
      await reserve(1n, call('A'));
      await finish(1n, call('A'), 'unanswered');
      assert.equal(await mayBe(), true);
    });

    test('if the Python pipeline is done with a score of it', async () => {
      await addScore(1, FIRST, 10n);
      assert.equal(await mayBe(), false);
      await execute(ledger, `UPDATE annotating SET r0b = -1 WHERE stem = '${FIRST}'`);
      assert.equal(await mayBe(), true);
    });

    test('but not by a score that was settled without a call', async () => {
      await addScore(1, FIRST, 10n);
      await settle(FIRST, [[1n, 'below_lowest']]);
      assert.equal(await mayBe(), false);
    });
  });
});
