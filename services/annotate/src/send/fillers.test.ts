import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RetryLater, StagePaused, stemOf } from '@lvra/core';
import { connectionOf } from '@lvra/ledger/testing/sqlite';
import type { StageRunner } from '@lvra/runtime';
import { Night, objectId } from '../testing/night.js';

const NIGHT = Date.UTC(2026, 1, 2, 1);

/** The stem of a second of the night. */
const stemAt = (second: number) => stemOf(new Date(NIGHT + second * 1000));

/** Stems of one alert each, of objects of their own. */
async function addSmallStems(night: Night, first: number, count: number): Promise<string[]> {
  connectionOf(night.ledger).pragma('synchronous = OFF');
  const stems = Array.from({ length: count }, (_, index) => stemAt(first + index));
  for (const [index, stem] of stems.entries()) await night.addStem(stem, [{ object: first + index, source: 0 }]);
  return stems;
}

async function runner(night: Night, owner: string, change: Parameters<Night['task']>[0]): Promise<StageRunner> {
  return night.runner({ ledger: await night.openLedger(), owner, ...change });
}

const itemsSent = (night: Night) => night.sandbox.received.reduce((sum, { items }) => sum + items, 0);

describe('a backlog of small stems', () => {
  test('goes out in full lists, and new stems are annotated within a few calls meanwhile', async (context) => {
    const night = await Night.start(context, { latencyMs: 5 });
    const backlog = await addSmallStems(night, 0, 1_000);
    const stop = new AbortController();
    const working = (await runner(night, 'test', { lists: { first: 20, largest: 20 } })).run(stop.signal);
    const left = async () => {
      const statuses = await Promise.all(backlog.map((stem) => night.status(stem)));
      return statuses.filter((status) => status !== 1).length;
    };
    const waits: number[] = [];
    let second = 10_000;
    // The newest stem is announced by no message, and a sweep takes the oldest first: the backlog's calls must take it along,
    // of which there must be some yet.
    while ((await left()) > 200) {
      const before = night.sandbox.received.length;
      await addSmallStems(night, second, 1);
      while (night.held(second) === undefined) await sleep(1);
      waits.push(night.sandbox.received.length - before);
      second++;
    }
    while ((await left()) > 0) await sleep(5);
    stop.abort();
    await working;
    assert.ok(waits.length >= 5, `${waits.length} new stems came in time`);
    assert.ok(Math.max(...waits) <= 4, `new stems waited for ${waits} calls`);
    const total = backlog.length + waits.length;
    assert.equal(itemsSent(night), total);
    assert.equal(night.sandbox.annotations.size, total);
    const { length: calls } = night.sandbox.received;
    assert.ok(calls <= 1.1 * (total / 20), `${calls} calls`);
    const text = await night.metrics.registry.metrics();
    const done = /^lvra_stems_total\{.*outcome="done",of="night"\} (\d+)$/m.exec(text)?.[1];
    assert.ok(Number(done) >= backlog.length, `${done} stems counted as done`);
  });

  test('has every second call for a newer stem if Lasair takes no lists', async (context) => {
    const night = await Night.start(context, { hasListEndpoint: false });
    await addSmallStems(night, 0, 1);
    const newer = await addSmallStems(night, 10, 3);
    await night.addStem(
      stemAt(5),
      Array.from({ length: 10 }, (_, object) => ({ object: 100 + object, source: 0 })),
    );
    const task = night.task();
    await night.annotate(stemAt(5), task);
    const singles = night.sandbox.received.filter(({ path }) => path === '/api/annotate/').length;
    assert.deepEqual(await Promise.all(newer.map((stem) => night.outcomes(stem))), Array(3).fill(['accepted']));
    assert.equal(singles, 13);
    assert.deepEqual(await night.outcomes(stemAt(0)), [null], 'an older stem has its own turn');
  });

  test('in which there is nothing to send is not read at one go', async (context) => {
    const night = await Night.start(context);
    const [first = ''] = await addSmallStems(night, 0, 1);
    connectionOf(night.ledger).pragma('synchronous = OFF');
    const unsent = Array.from({ length: 200 }, (_, number) => stemAt(1 + number));
    for (const [number, stem] of unsent.entries()) {
      const object = (place: number) => 1_000 + 100 * number + place;
      await night.addStem(
        stem,
        Array.from({ length: 30 }, (_, place) => ({ object: object(place), source: 0, score: 0.1 })),
      );
    }
    const task = night.task({ live: () => ({ version: 'a1', annotate: true, lowestScore: 0.5 }) });
    assert.deepEqual(await night.annotate(first, task), { status: 1, rows: 1 });
    const statuses = await Promise.all(unsent.map((stem) => night.status(stem)));
    const done = statuses.filter((status) => status === 1);
    // 1,000 scores of newer stems, and 1,000 of others.
    assert.ok(done.length > 0 && done.length <= 2 * Math.ceil(1_000 / 30), `${done.length} stems were done along`);
    assert.deepEqual(await night.annotate(unsent[0]!, task), { status: 1, rows: 0 });
  });

  test('that two replicas share is hardly sent twice', async (context) => {
    const night = await Night.start(context, { latencyMs: 10 });
    const stems = await addSmallStems(night, 0, 400);
    const change = { lists: { first: 10, largest: 10 } };
    const signal = new AbortController().signal;
    const both = ['one', 'two'].map(async (owner) =>
      (await runner(night, owner, change)).drain(Promise.resolve(), signal),
    );
    assert.deepEqual(await Promise.all(both), [undefined, undefined]);
    const statuses = await Promise.all(stems.map((stem) => night.status(stem)));
    assert.ok(statuses.every((status) => status === 1));
    assert.equal(night.sandbox.annotations.size, 400);
    assert.ok(itemsSent(night) <= 440, `${itemsSent(night)} annotations sent`);
  });
});

describe('a stem that fills up a call', () => {
  for (const [name, kind] of [
    ['is refused', 'bad-item'],
    ['makes Lasair fail', 'database'],
  ] as const) {
    test(`and ${name} harms no other, and is sent alone`, async (context) => {
      const night = await Night.start(context);
      const stems = await addSmallStems(night, 0, 30);
      const bad = stems[20]!;
      night.sandbox.fault({ kind, item: { objectId: objectId(20).toString() } });
      const task = night.task();
      for (const stem of stems.filter((other) => other !== bad)) {
        if ((await night.status(stem)) !== 1)
          assert.deepEqual(await night.annotate(stem, task), { status: 1, rows: 1 });
      }
      assert.ok(night.sandbox.received.length < 20, `${night.sandbox.received.length} calls`);
      assert.deepEqual(await night.outcomes(bad), [null]);
      await assert.rejects(night.annotate(bad, task), kind === 'bad-item' ? /Not a valid string/ : RetryLater);
      night.sandbox.clearFaults();
      assert.deepEqual(await night.annotate(bad, task), { status: 1, rows: 1 });
    });
  }

  test('is not one that another replica has, that waits for another attempt, or that is dead', async (context) => {
    const night = await Night.start(context);
    const [first = '', claimed = '', waiting = '', dead = '', free = ''] = await addSmallStems(night, 0, 5);
    const work = night.ledger.work('annotate', 'r0b');
    const now = Date.now();
    for (const stem of [waiting, dead]) await work.claim(stem, 'other', now, 30_000);
    const failure = { status: 40, message: 'why', now, durationMs: 1 } as const;
    await work.fail(waiting, 'other', { ...failure, dueAt: now + 60_000 });
    await work.fail(dead, 'other', { ...failure, dueAt: undefined });
    await night.claimElsewhere(claimed);
    await night.annotate(first);
    assert.deepEqual(
      await Promise.all([first, claimed, waiting, dead, free].map(async (stem) => (await night.outcomes(stem))[0])),
      ['accepted', null, null, null, 'accepted'],
    );
  });

  test('and is larger than the room is sent in part, and the rest by itself', async (context) => {
    const night = await Night.start(context);
    await night.addStem(stemAt(0), [{ object: 0, source: 0 }]);
    await night.addStem(
      stemAt(1),
      Array.from({ length: 25 }, (_, object) => ({ object: object + 1, source: 0 })),
    );
    await night.annotate(stemAt(0));
    assert.equal(await night.status(stemAt(1)), 0);
    assert.deepEqual(await night.annotate(stemAt(1)), { status: 1, rows: 25 });
    assert.deepEqual(
      night.sandbox.received.map(({ items }) => items),
      [10, 10, 6],
    );
  });

  test('whose object has a newer score in the current stem is superseded by it', async (context) => {
    const night = await Night.start(context);
    await night.addStem(stemAt(0), [{ object: 0, source: 0 }]);
    await night.addStem(stemAt(1), [{ object: 0, source: 1 }]);
    await night.annotate(stemAt(1));
    assert.equal(night.heldSource(0), 1);
    assert.deepEqual(await night.outcomes(stemAt(0)), ['superseded']);
    assert.equal(await night.status(stemAt(0)), 1);
    assert.equal(night.sandbox.received.length, 1);
  });
});

describe('the last calls of an hour', () => {
  test('are for new alerts: older ones wait, and are checked again every ten seconds', async (context) => {
    const night = await Night.start(context);
    // No stem can go along with another: each has a call of its own.
    const lists = { first: 1, smallest: 1, largest: 1 };
    const limits = { callsPerHour: 10 };
    const now = () => NIGHT + 3_600_000;
    const old = await addSmallStems(night, 0, 9);
    const task = night.task({ lists, limits, now });
    const rejected = async (stem: string) => {
      const error: unknown = await night.annotate(stem, task).then(
        () => assert.fail('it was sent'),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof StagePaused, String(error));
      return error;
    };
    for (const stem of old.slice(0, 8)) await night.annotate(stem, task);
    const { delayMs, message } = await rejected(old[8]!);
    assert.equal(delayMs, 10_000);
    assert.match(message, /the last 2 of the 10 calls .* are kept for new alerts/);
    const fresh = await addSmallStems(night, 3_000, 3);
    for (const stem of fresh.slice(0, 2)) assert.deepEqual(await night.annotate(stem, task), { status: 1, rows: 1 });
    const { delayMs: untilFree } = await rejected(fresh[2]!);
    assert.ok(untilFree > 3_000_000, String(untilFree));
    assert.equal(night.sandbox.received.length, 10);
  });

  test('half of them are for the night: a backfill waits for calls, and the stage does not', async (context) => {
    const night = await Night.start(context);
    const lists = { first: 1, smallest: 1, largest: 1 };
    const task = night.task({ lists, limits: { callsPerHour: 10 }, now: () => NIGHT + 3_600_000 });
    const old = await addSmallStems(night, 0, 8);
    for (const stem of old.slice(0, 5)) await night.annotate(stem, task);
    await assert.rejects(night.annotateAgain(old[0]!, task), (error: unknown) => {
      assert.ok(error instanceof RetryLater, String(error));
      assert.match(error.message, /^the last 5 calls to Lasair of this hour .* the backfill waits for \d+ min$/);
      return true;
    });
    assert.equal(await night.ledger.work('annotate', 'r0b').paused(NIGHT + 3_600_000), undefined);
    for (const stem of old.slice(5)) assert.deepEqual(await night.annotate(stem, task), { status: 1, rows: 1 });
  });
});
