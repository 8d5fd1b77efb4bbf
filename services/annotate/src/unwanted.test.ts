import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FIRST_STEM as FIRST, Night, SECOND_STEM as SECOND, scoresOf } from './testing/night.js';

describe('if ANNOTATE is no', () => {
  test('a stem that waits is taken off the stage’s hands: no call, no outcome, nothing pending', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST, scoresOf(2));
    const task = night.task({ live: () => ({ version: 'a1', annotate: false }) });
    await task.prepare?.();
    assert.equal(await night.annotate(FIRST, task), undefined);
    const work = night.ledger.work('annotate', 'r0b');
    assert.equal(await work.status(FIRST), undefined);
    assert.deepEqual(await work.pending(Date.now(), 1), []);
    assert.deepEqual(await night.outcomes(FIRST), [null, null]);
    assert.equal(night.held(0), undefined);
    assert.match((await night.ledger.events.ofStem(FIRST)).at(-1)?.detail ?? '', /not wanted: ANNOTATE is no/);
  });

  test('nothing is sent by a backfill either, also if ANNOTATE becomes no on the way', async (context) => {
    const night = await Night.start(context);
    let annotate = true;
    const task = night.task({ live: () => ({ version: 'a1', annotate }) });
    await night.addStem(FIRST, scoresOf(2));
    await night.annotate(FIRST, task);
    assert.deepEqual(await night.annotateAgain(FIRST, task), { status: 1, rows: 2 });
    const calls = night.sandbox.received.length;
    assert.equal(calls, 2);
    annotate = false;
    assert.equal(await night.annotateAgain(FIRST, task), undefined);
    assert.equal(night.sandbox.received.length, calls);
    assert.deepEqual(await night.ledger.backfill.progress(), []);
  });

  test('neither token nor endpoint is asked for', async (context) => {
    const night = await Night.start(context);
    const nothing = { endpoint: undefined, token: undefined, tokenVariable: 'LASAIR_LSST_TOKEN' };
    await night.task({ lasair: nothing, live: () => ({ version: 'a1', annotate: false }) }).prepare?.();
  });

  test('and then yes, what is scored from then on is annotated, and what was scored before only if asked for', async (context) => {
    const night = await Night.start(context);
    let annotate = false;
    const task = night.task({ live: () => ({ version: 'a1', annotate }) });
    await night.addStem(FIRST, scoresOf(2));
    await night.annotate(FIRST, task);
    annotate = true;
    await night.addStem(SECOND, scoresOf(3, 1));
    const work = night.ledger.work('annotate', 'r0b');
    assert.deepEqual(await work.pending(Date.now(), 1), [SECOND]);
    assert.deepEqual(await night.annotate(SECOND, task), { status: 1, rows: 3 });
    assert.equal(await work.retry(FIRST, false), false);
    assert.equal(await work.retry(FIRST, true), true);
    assert.deepEqual(await night.annotate(FIRST, task), { status: 1, rows: 0 });
    assert.deepEqual(await night.outcomes(FIRST), ['superseded', 'superseded']);
  });
});
