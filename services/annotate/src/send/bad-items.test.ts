import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RetryLater, StemFailed } from '@lvra/core';
import { FIRST_STEM, Night, objectId, SECOND_STEM, scoresOf } from '../testing/night.js';

const STEM = FIRST_STEM;
const MINUTE = 60_000;

describe('a bad item of a list', () => {
  const bad = (...objects: number[]) => ({
    kind: 'bad-item' as const,
    item: ({ objectId: id }: { objectId: string }) => objects.some((object) => id === objectId(object).toString()),
  });

  test('is found and does not take the others down', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(100));
    night.sandbox.fault(bad(0, 41, 42, 99));
    assert.deepEqual(await night.annotate(STEM, night.task({ lists: { first: 50 } })), { status: -1, rows: 96 });
    const rejected = (await night.outcomes(STEM)).flatMap((outcome, object) =>
      outcome === 'rejected' ? [object] : [],
    );
    assert.deepEqual(rejected, [0, 41, 42, 99]);
    assert.deepEqual(await night.details(STEM), Array(4).fill('HTTP 400 {"classification":["Not a valid string."]}'));
    assert.equal(await night.status(STEM), -1);
    assert.equal(night.sandbox.annotations.size, 96);
    assert.ok(night.sandbox.received.length <= 40, `${night.sandbox.received.length} calls`);
  });

  test('that is all there is fails the stem with 40, and is sent again the next time', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
    night.sandbox.fault({ ...bad(0), times: 1 });
    await assert.rejects(night.annotate(STEM), (error: unknown) => {
      assert.ok(error instanceof StemFailed);
      assert.equal(error.status, 40);
      assert.match(error.message, /Not a valid string/);
      return true;
    });
    assert.deepEqual(await night.outcomes(STEM), [null]);
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 1 });
  });

  test('if every item is bad stops after a few calls, not after all', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(200));
    night.sandbox.fault({ kind: 'bad-item' });
    await assert.rejects(night.annotate(STEM, night.task({ lists: { first: 100 } })), StemFailed);
    assert.ok(night.sandbox.received.length < 60, `${night.sandbox.received.length} calls`);
  });

  test('that Lasair always fails on does not hold the others up', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(40));
    night.sandbox.fault({ ...bad(7), kind: 'database' });
    await assert.rejects(night.annotate(STEM), RetryLater);
    assert.deepEqual(
      (await night.outcomes(STEM)).flatMap((outcome, object) => (outcome === 'accepted' ? [] : [object])),
      [7],
    );
    night.sandbox.clearFaults();
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 40 });
  });
});

describe('a Lasair without lists', () => {
  test('gets one annotation a call, and is not asked again for a minute', async (context) => {
    const night = await Night.start(context, { hasListEndpoint: false });
    await night.addStem(STEM, scoresOf(3));
    let ahead = 0;
    const task = night.task({ now: () => Date.now() + ahead });
    assert.deepEqual(await night.annotate(STEM, task), { status: 1, rows: 3 });
    await night.addStem(SECOND_STEM, scoresOf(2, 1));
    await night.annotate(SECOND_STEM, task);
    const calls = () => night.sandbox.received.map(({ path, status }) => `${path} ${status}`);
    assert.deepEqual(calls(), ['/api/annotatelist/ 404', ...Array(5).fill('/api/annotate/ 200')]);
    assert.equal(night.heldSource(2), 0);
    ahead = 2 * MINUTE;
    await night.addStem('20260202_112458', scoresOf(1, 2));
    await night.annotate('20260202_112458', task);
    assert.deepEqual(calls().slice(6), ['/api/annotatelist/ 404', '/api/annotate/ 200']);
  });

  test('settles bad annotations one by one', async (context) => {
    const night = await Night.start(context, { hasListEndpoint: false });
    await night.addStem(STEM, scoresOf(3));
    night.sandbox.fault({ kind: 'bad-item', item: { objectId: objectId(1).toString() } });
    assert.deepEqual(await night.annotate(STEM), { status: -1, rows: 2 });
    assert.deepEqual(await night.outcomes(STEM), ['accepted', 'rejected', 'accepted']);
  });
});
