import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RetryLater } from '@lvra/core';
import { FIRST_STEM, Night, SECOND_STEM, scoresOf } from './testing/night.js';

const HOUR_MS = 3_600_000;

describe('two replicas', () => {
  test('annotate overlapping objects of many stems, with failing calls, and end with the newest of each', async (context) => {
    const night = await Night.start(context, { latencyMs: 3 });
    const objects = 12;
    const stems = Array.from({ length: 20 }, (_, index) => `20260202_1025${String(index).padStart(2, '0')}`);
    // The order of the sources is not that of the stems, and each stem lacks a third of the objects.
    const sourceOf = (stem: number) => (stem * 7) % stems.length;
    const isIn = (object: number, stem: number) => object % 3 !== stem % 3;
    night.sandbox.fault({ kind: 'status', status: 502, when: 'after', probability: 0.1, seed: 7 });
    night.sandbox.fault({ kind: 'reset', probability: 0.1, seed: 11 });
    night.sandbox.fault({ kind: 'latency', ms: 20, probability: 0.3, seed: 5 });
    // A call whose outcome is unknown holds back its objects for half a minute. Between two rounds no call is on its way,
    // and a minute passes.
    let minutes = 0;
    const now = () => Date.now() + minutes * 60_000;
    const replica = async (owner: string) => {
      const ledger = await night.openLedger();
      const task = night.task({ ledger, owner, lists: { first: 3, largest: 3 }, now });
      return async () => {
        // No stem is leased here: both replicas may work on the same one.
        for (const stem of await ledger.work('annotate', 'r0b').pending(0, 0)) {
          await night.annotate(stem, task).catch((error) => assert.ok(error instanceof RetryLater, String(error)));
        }
      };
    };
    const [one, two] = [await replica('one'), await replica('two')];
    const scored = (async () => {
      for (const [index, stem] of stems.entries()) {
        const scores = scoresOf(objects, sourceOf(index)).filter(({ object }) => isIn(object, index));
        await night.addStem(stem, scores);
        await sleep(5);
      }
    })();
    const isDone = async () =>
      (await Promise.all(stems.map((stem) => night.status(stem)))).every((status) => status === 1);
    for (; !(await isDone()); minutes++) await Promise.all([one(), two(), sleep(1)]);
    await scored;
    for (let object = 0; object < objects; object++) {
      const newest = Math.max(...stems.flatMap((_, index) => (isIn(object, index) ? [sourceOf(index)] : [])));
      assert.equal(night.heldSource(object), newest, `object ${object}`);
    }
    const outcomes = await Promise.all(stems.map((stem) => night.outcomes(stem)));
    const superseded = outcomes.flat().filter((outcome) => outcome === 'superseded');
    assert.ok(
      superseded.length > 0 && night.sandbox.received.length > objects,
      `${night.sandbox.received.length} calls`,
    );
  });

  test('share the budget of the hour', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, scoresOf(25));
    const budget = { limits: { callsPerHour: 4 }, lists: { first: 10, largest: 10 } };
    assert.deepEqual(await night.annotate(FIRST_STEM, night.task(budget)), { status: 1, rows: 25 });
    await night.addStem(SECOND_STEM, scoresOf(50, 1).slice(25));
    const replica = night.task({ ledger: await night.openLedger(), ...budget });
    await assert.rejects(night.annotate(SECOND_STEM, replica), (error: unknown) => {
      const { delayMs, status, message } = error as { delayMs: number; status?: number; message: string };
      assert.ok(delayMs > HOUR_MS - 60_000 && delayMs <= HOUR_MS);
      assert.equal(status, undefined);
      assert.match(message, /the 4 calls .* used up/);
      return true;
    });
    assert.equal(night.sandbox.received.length, 4);
    assert.equal((await night.outcomes(SECOND_STEM)).filter((outcome) => outcome === 'accepted').length, 10);
    const afterwards = night.task({ ...budget, now: () => Date.now() + HOUR_MS + 60_000 });
    assert.deepEqual(await night.annotate(SECOND_STEM, afterwards), { status: 1, rows: 25 });
  });
});
