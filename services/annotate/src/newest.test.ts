import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RetryLater } from '@lvra/core';
import type { Ledger } from '@lvra/ledger';
import { Gate } from './testing/gate.js';
import { FIRST_STEM, Night, SECOND_STEM, scoresOf, type TestScore } from './testing/night.js';

/** Longer than any reservation. */
const LATER_MS = 3_600_000;

describe('Lasair holds the score of the newest source', () => {
  test('when stems come in order', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, scoresOf(3, 0));
    await night.annotate(FIRST_STEM);
    await night.addStem(SECOND_STEM, scoresOf(3, 1));
    await night.annotate(SECOND_STEM);
    assert.deepEqual(
      [0, 1, 2].map((object) => night.heldSource(object)),
      [1, 1, 1],
    );
  });

  test('when an older stem comes late', async (context) => {
    const night = await Night.start(context);
    await night.addStem(SECOND_STEM, scoresOf(3, 1));
    await night.annotate(SECOND_STEM);
    await night.addStem(FIRST_STEM, scoresOf(4, 0));
    assert.deepEqual(await night.annotate(FIRST_STEM), { status: 1, rows: 1 });
    assert.deepEqual(await night.outcomes(FIRST_STEM), ['superseded', 'superseded', 'superseded', 'accepted']);
    assert.deepEqual(
      [0, 1, 2, 3].map((object) => night.heldSource(object)),
      [1, 1, 1, 0],
    );
  });

  test('of those that may be sent: one of the demonstration model does not keep the team’s from it', async (context) => {
    const night = await Night.start(context);
    const vra = { name: 'r0b', version: 'a1', topic: 'r0b_lvra', explanation: '', url: '', refusedVersion: 'demo' };
    await night.addStem(FIRST_STEM, [{ object: 0, source: 0 }]);
    await night.addStem(SECOND_STEM, [{ object: 0, source: 1, version: 'demo' }]);
    await night.annotate(FIRST_STEM, night.task({ vra }));
    await night.annotate(SECOND_STEM, night.task({ vra }));
    assert.deepEqual(
      [await night.outcomes(FIRST_STEM), await night.outcomes(SECOND_STEM)],
      [['accepted'], ['refused']],
    );
    assert.equal(night.heldSource(0), 0);
  });

  /** Each of these cannot be sent; the score before it can, and must not be superseded by it. */
  const unsendable: Partial<TestScore>[] = [{ score: null }, { score: 1e80 }, { version: 'a1é' }, { version: "a'1" }];
  for (const bad of unsendable) {
    const newer = { object: 0, source: 1, ...bad };

    test(`of those that can be sent, not ${JSON.stringify(bad)}, in the stem, in another one, and once more`, async (context) => {
      const night = await Night.start(context);
      await night.addStem(FIRST_STEM, [{ object: 0, source: 0 }, newer]);
      assert.deepEqual(await night.annotate(FIRST_STEM), { status: -1, rows: 1 });
      await night.addStem(SECOND_STEM, [{ ...newer, source: 2 }]);
      assert.deepEqual(await night.annotate(SECOND_STEM), { status: -1, rows: 0 });
      assert.equal(night.heldSource(0), 0);
      // lvra retry --force, in a process that was started again, and lvra backfill --stage annotate.
      for (const stem of [FIRST_STEM, SECOND_STEM]) {
        await night.ledger.annotations.reopenForResend(night.ledger.work('annotate', 'r0b'), stem);
        await night.annotate(stem);
        await night.annotateAgain(stem);
        assert.equal(night.heldSource(0), 0);
      }
      assert.equal((await night.outcomes(FIRST_STEM))[0], 'accepted');
    });

    test(`of those that can be sent, not ${JSON.stringify(bad)} that comes while a call is planned`, async (context) => {
      const night = await Night.start(context);
      await night.addStem(FIRST_STEM, scoresOf(1, 0));
      const ledger = await night.openLedger();
      const { reservations } = ledger.annotations;
      const reserve = reservations.reserve.bind(reservations);
      reservations.reserve = async (...call) => {
        await night.addStem(SECOND_STEM, [newer]);
        reservations.reserve = reserve;
        return reserve(...call);
      };
      assert.deepEqual(await night.annotate(FIRST_STEM, night.task({ ledger })), { status: 1, rows: 1 });
      assert.equal(night.heldSource(0), 0);
    });
  }

  test('however small the score', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, [{ object: 0, source: 0, score: 0.97 }]);
    await night.addStem(SECOND_STEM, [{ object: 0, source: 1, score: 3e-90 }]);
    await night.annotate(FIRST_STEM);
    assert.deepEqual(await night.annotate(SECOND_STEM), { status: 1, rows: 1 });
    assert.equal(night.held(0)?.classification, '0.0');
  });

  test('with one call for several scores that wait', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, [
      { object: 0, source: 0 },
      { object: 0, source: 2 },
      { object: 0, source: 1 },
    ]);
    await night.addStem(SECOND_STEM, [{ object: 0, source: 3 }]);
    await night.annotate(FIRST_STEM);
    await night.annotate(SECOND_STEM);
    assert.deepEqual(await night.outcomes(FIRST_STEM), Array(3).fill('superseded'));
    assert.equal(night.sandbox.received.length, 1);
    assert.equal(night.heldSource(0), 3);
  });

  test('when sources have no times, by their ids', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, [{ object: 0, source: 1 }], 'python');
    await night.addStem(SECOND_STEM, [{ object: 0, source: 0 }]);
    await night.annotate(SECOND_STEM);
    await night.annotate(FIRST_STEM);
    assert.deepEqual(await night.outcomes(SECOND_STEM), ['superseded']);
    assert.equal(night.heldSource(0), 1);
  });

  test('when a newer score comes in while the older one is on its way', async (context) => {
    const night = await Night.start(context);
    const gate = await Gate.open(context, night);
    await night.addStem(FIRST_STEM, scoresOf(1, 0));
    const sending = night.annotate(FIRST_STEM, night.task({ lasair: gate.lasair }));
    await gate.arrival();
    await night.addStem(SECOND_STEM, scoresOf(1, 1));
    const replica = night.task({ ledger: await night.openLedger(), owner: 'replica' });
    await assert.rejects(night.annotate(SECOND_STEM, replica), (error: unknown) => {
      assert.ok(error instanceof RetryLater);
      assert.ok(error.delayMs > 30_000 && error.delayMs <= 35_000, `waits ${error.delayMs} ms`);
      return true;
    });
    gate.release();
    await sending;
    await night.annotate(SECOND_STEM, replica);
    assert.deepEqual(
      night.sandbox.received.map(({ annotations }) => annotations?.length),
      [1, 1],
    );
    assert.equal(night.heldSource(0), 1);
  });

  test('when a call was in flight for longer than its reservation, and the older score arrived last', async (context) => {
    const night = await Night.start(context);
    const gate = await Gate.open(context, night);
    await night.addStem(FIRST_STEM, scoresOf(2, 0));
    const stopped = night.annotate(FIRST_STEM, night.task({ lasair: gate.lasair }));
    await gate.arrival();
    await night.addStem(SECOND_STEM, scoresOf(1, 1));
    await night.claimElsewhere(FIRST_STEM, Date.now() + LATER_MS);
    const ledger = await night.openLedger();
    const replica = night.task({ ledger, owner: 'replica', now: () => Date.now() + LATER_MS });
    assert.deepEqual(await night.annotate(SECOND_STEM, replica), { status: 1, rows: 1 });
    assert.equal(night.heldSource(0), 1);
    gate.release();
    await assert.rejects(stopped, RetryLater);
    assert.equal(night.heldSource(0), 0, 'the older score arrived last');
    assert.deepEqual(await night.outcomes(SECOND_STEM), [null]);
    assert.equal(await night.status(SECOND_STEM), 0);
    assert.deepEqual(await drain(night, ledger, LATER_MS), undefined);
    assert.equal(night.heldSource(0), 1);
    assert.equal(night.heldSource(1), 0);
    assert.deepEqual(await night.outcomes(FIRST_STEM), ['superseded', 'accepted']);
    assert.deepEqual(await night.outcomes(SECOND_STEM), ['accepted']);
  });

  test('when a process was stopped before its call: the call is not made any more', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, scoresOf(1, 0));
    const ledger = await night.openLedger();
    let ahead = 0;
    const { reservations } = ledger.annotations;
    const reserve = reservations.reserve.bind(reservations);
    reservations.reserve = async (work, rows, call, limits) => {
      const reserved = await reserve(work, rows, call, limits);
      if (ahead === 0) {
        ahead = LATER_MS;
        await night.addStem(SECOND_STEM, scoresOf(1, 1));
      }
      return reserved;
    };
    const task = night.task({ ledger, now: () => Date.now() + ahead });
    assert.deepEqual(await night.annotate(FIRST_STEM, task), { status: 1, rows: 0 });
    assert.deepEqual(await night.outcomes(FIRST_STEM), ['superseded']);
    assert.equal(night.sandbox.received.length, 0);
    assert.match(night.logged(), /stopped for longer than a call may take/);
  });
});

describe('a sender that is killed', () => {
  /** A ledger whose process dies when it is about to record the result of a call. */
  async function dyingLedger(night: Night): Promise<Ledger> {
    const ledger = await night.openLedger();
    ledger.annotations.reservations.finish = () => {
      throw new Error('killed');
    };
    return ledger;
  }

  test('between call and record has its scores sent again, at once and by any process that takes the stem', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, scoresOf(5));
    await assert.rejects(night.annotate(FIRST_STEM, night.task({ ledger: await dyingLedger(night) })), /killed/);
    assert.deepEqual(await night.outcomes(FIRST_STEM), Array(5).fill(null));
    assert.equal(night.sandbox.annotations.size, 5);
    assert.deepEqual(await night.annotate(FIRST_STEM, night.task({ owner: 'replica' })), { status: 1, rows: 5 });
    assert.equal(night.sandbox.received.length, 2);
  });

  test('keeps a newer score waiting until its call cannot arrive any more', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, scoresOf(1));
    await assert.rejects(night.annotate(FIRST_STEM, night.task({ ledger: await dyingLedger(night) })), /killed/);
    await night.addStem(SECOND_STEM, scoresOf(1, 1));
    await assert.rejects(night.annotate(SECOND_STEM), RetryLater);
    await night.annotate(SECOND_STEM, night.task({ now: () => Date.now() + LATER_MS }));
    assert.equal(night.heldSource(0), 1);
    assert.deepEqual(await night.outcomes(FIRST_STEM), ['superseded']);
    assert.equal(await night.status(FIRST_STEM), 1);
  });

  test('in the middle of a stem has sent the first lists, and those are not sent again', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, scoresOf(25));
    const ledger = await night.openLedger();
    const { reservations } = ledger.annotations;
    const finish = reservations.finish.bind(reservations);
    reservations.finish = async (work, rows, call, end, now) => {
      if (night.sandbox.received.length === 2) throw new Error('killed');
      return finish(work, rows, call, end, now);
    };
    await assert.rejects(night.annotate(FIRST_STEM, night.task({ ledger })), /killed/);
    assert.deepEqual(await night.annotate(FIRST_STEM), { status: 1, rows: 25 });
    assert.deepEqual(
      night.sandbox.received.map(({ items }) => items),
      [10, 10, 10, 5],
    );
  });
});

/** Processes all that is pending; returns what failed. */
function drain(night: Night, ledger: Ledger, aheadMs: number): Promise<string | undefined> {
  const runner = night.runner({ ledger, owner: 'drain', now: () => Date.now() + aheadMs });
  return runner.drain(Promise.resolve(), new AbortController().signal);
}
