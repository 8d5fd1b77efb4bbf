import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import type { SandboxOptions } from '@lvra/sandbox/sandbox';
import { InProcessBus } from '@lvra/shared/bus/in-process';
import { RetryLater, StagePaused, StemFailed } from '@lvra/shared/errors';
import { StageRunner } from '@lvra/shared/stage/runner';
import { FIRST_STEM, Night, objectId, SECOND_STEM, scoresOf, TOKEN } from './night.js';

const STEM = FIRST_STEM;
const MINUTE = 60_000;

const pausedFor = (ms: number, status: number | undefined, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof StagePaused, String(error));
  assert.equal(error.delayMs, ms);
  assert.equal(error.status, status);
  assert.match(error.message, words);
  assert.ok(!error.message.includes(TOKEN));
  return true;
};

describe('the stage pauses in all replicas', () => {
  const owner = { user: 'Some Body', owns: ['r0b_lvra'] };
  const cases: [string, SandboxOptions, number | undefined, RegExp][] = [
    ['where the token is wrong', { tokens: { other: owner } }, 40, /401 .*Invalid token.*LASAIR_LSST_TOKEN/],
    [
      'where the topic does not exist',
      { tokens: { [TOKEN]: { ...owner, owns: [] } } },
      40,
      /topic r0b_lvra does not exist/,
    ],
    [
      'where the topic is somebody else’s',
      { tokens: { [TOKEN]: { ...owner, owns: [] } }, topics: { r0b_lvra: { active: true, owner: 'Any One' } } },
      40,
      /Some Body is not allowed to submit to topic r0b_lvra/,
    ],
    [
      'where the topic is not active',
      { topics: { r0b_lvra: { active: false, owner: 'Any One' } } },
      40,
      /is not active/,
    ],
    ['where the hour has no calls left', { callsPerHour: 1 }, undefined, /Request limit exceeded/],
  ];
  for (const [name, options, status, words] of cases) {
    test(`${name}, and the scores wait`, async (context) => {
      const night = await Night.start(context, options);
      night.addStem(STEM, scoresOf(25));
      await assert.rejects(night.annotate(STEM), pausedFor(15 * MINUTE, status, words));
      assert.equal(night.sandbox.received.length, 1);
      assert.deepEqual(night.outcomes(STEM), Array(25).fill(null));
      assert.equal(night.status(STEM), 0);
      assert.ok(!night.logged().includes(TOKEN));
    });
  }

  test('where the token has no permission', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(1));
    night.sandbox.fault({ kind: 'status', status: 403 });
    await assert.rejects(night.annotate(STEM), pausedFor(15 * MINUTE, 40, /403/));
  });

  test('where the endpoint is not Lasair', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(1));
    const lasair = { endpoint: `${night.sandbox.endpoint}/v2`, token: TOKEN, tokenVariable: 'LASAIR_LSST_TOKEN' };
    await assert.rejects(
      night.annotate(STEM, night.task({ lasair })),
      pausedFor(15 * MINUTE, 40, /correct the endpoint/),
    );
  });

  test('for as long as Lasair asks', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(1));
    night.sandbox.fault({ kind: 'status', status: 429, retryAfterSeconds: 120 });
    await assert.rejects(night.annotate(STEM), pausedFor(2 * MINUTE, undefined, /429/));
  });

  test('for longer each time that Lasair is asked too early, up to an hour', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(1));
    const task = night.task();
    night.sandbox.fault({ kind: 'status', status: 429, times: 4 });
    for (const minutes of [15, 30, 60, 60]) {
      await assert.rejects(night.annotate(STEM, task), pausedFor(minutes * MINUTE, undefined, /429/));
    }
    await night.annotate(STEM, task);
    night.addStem(SECOND_STEM, scoresOf(1, 1));
    night.sandbox.fault({ kind: 'status', status: 429, times: 1 });
    await assert.rejects(night.annotate(SECOND_STEM, task), pausedFor(15 * MINUTE, undefined, /429/));
  });

  test('in the middle of a stem, and what was taken is not sent again', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(25));
    let calls = 0;
    const now = () => {
      if (night.sandbox.received.length === 2 && calls++ === 0) night.sandbox.fault({ kind: 'status', status: 401 });
      return Date.now();
    };
    await assert.rejects(night.annotate(STEM, night.task({ now })), pausedFor(15 * MINUTE, 40, /401/));
    assert.equal(night.outcomes(STEM).filter((outcome) => outcome === 'accepted').length, 20);
    night.sandbox.clearFaults();
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 25 });
    assert.deepEqual(
      night.sandbox.received.map(({ accepted }) => accepted),
      [10, 10, 0, 5],
    );
  });

  test('which the ledger tells the others; the stem shows 40', async (context) => {
    const night = await Night.start(context, { tokens: { other: owner } });
    night.addStem(STEM, scoresOf(1));
    const { log, metrics } = night;
    const stop = new AbortController();
    const work = night.ledger.work('annotate', 'r0b');
    const runner = new StageRunner({ task: night.task(), work, bus: new InProcessBus(), log, metrics, owner: 'test' });
    await runner.drain(Promise.resolve(), stop.signal);
    assert.equal(night.status(STEM), 40);
    const pause = night.openLedger().work('annotate', 'r0b').paused(Date.now());
    assert.match(pause?.reason ?? '', /refuses the token/);
    assert.ok(!night.logged().includes(TOKEN));
  });
});

describe('a bad item of a list', () => {
  const bad = (...objects: number[]) => ({
    kind: 'bad-item' as const,
    item: ({ objectId: id }: { objectId: string }) => objects.some((object) => id === objectId(object).toString()),
  });

  test('is found and does not take the others down', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(100));
    night.sandbox.fault(bad(0, 41, 42, 99));
    assert.deepEqual(await night.annotate(STEM, night.task({ lists: { first: 50 } })), { status: -1, rows: 96 });
    const rejected = night.outcomes(STEM).flatMap((outcome, object) => (outcome === 'rejected' ? [object] : []));
    assert.deepEqual(rejected, [0, 41, 42, 99]);
    assert.deepEqual(night.details(STEM), Array(4).fill('HTTP 400 {"classification":["Not a valid string."]}'));
    assert.equal(night.status(STEM), -1);
    assert.equal(night.sandbox.annotations.size, 96);
    assert.ok(night.sandbox.received.length <= 40, `${night.sandbox.received.length} calls`);
  });

  test('that is all there is fails the stem with 40, and is sent again the next time', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(1));
    night.sandbox.fault({ ...bad(0), times: 1 });
    await assert.rejects(night.annotate(STEM), (error: unknown) => {
      assert.ok(error instanceof StemFailed);
      assert.equal(error.status, 40);
      assert.match(error.message, /Not a valid string/);
      return true;
    });
    assert.deepEqual(night.outcomes(STEM), [null]);
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 1 });
  });

  test('where every item is bad stops after a few calls, not after all', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(200));
    night.sandbox.fault({ kind: 'bad-item' });
    await assert.rejects(night.annotate(STEM, night.task({ lists: { first: 100 } })), StemFailed);
    assert.ok(night.sandbox.received.length < 60, `${night.sandbox.received.length} calls`);
  });

  test('that Lasair always fails on does not hold the others up', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(40));
    night.sandbox.fault({ ...bad(7), kind: 'database' });
    await assert.rejects(night.annotate(STEM), RetryLater);
    assert.deepEqual(
      night.outcomes(STEM).flatMap((outcome, object) => (outcome === 'accepted' ? [] : [object])),
      [7],
    );
    night.sandbox.clearFaults();
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 40 });
  });
});

describe('a Lasair without lists', () => {
  test('gets one annotation a call, and is not asked again for an hour', async (context) => {
    const night = await Night.start(context, { hasListEndpoint: false });
    night.addStem(STEM, scoresOf(3));
    let ahead = 0;
    const task = night.task({ now: () => Date.now() + ahead });
    assert.deepEqual(await night.annotate(STEM, task), { status: 1, rows: 3 });
    night.addStem(SECOND_STEM, scoresOf(2, 1));
    await night.annotate(SECOND_STEM, task);
    const calls = () => night.sandbox.received.map(({ path, status }) => `${path} ${status}`);
    assert.deepEqual(calls(), ['/api/annotatelist/ 404', ...Array(5).fill('/api/annotate/ 200')]);
    assert.equal(night.heldSource(2), 0);
    ahead = 61 * MINUTE;
    night.addStem('20260202_112458', scoresOf(1, 2));
    await night.annotate('20260202_112458', task);
    assert.deepEqual(calls().slice(6), ['/api/annotatelist/ 404', '/api/annotate/ 200']);
  });

  test('settles bad annotations one by one', async (context) => {
    const night = await Night.start(context, { hasListEndpoint: false });
    night.addStem(STEM, scoresOf(3));
    night.sandbox.fault({ kind: 'bad-item', item: { objectId: objectId(1).toString() } });
    assert.deepEqual(await night.annotate(STEM), { status: -1, rows: 2 });
    assert.deepEqual(night.outcomes(STEM), ['accepted', 'rejected', 'accepted']);
  });
});

describe('a call that fails', () => {
  for (const [name, fault] of [
    ['with 500', { kind: 'status', status: 500 }],
    ['with 502 after Lasair took it', { kind: 'status', status: 502, when: 'after' }],
    ['with 503', { kind: 'status', status: 503 }],
    ['by a reset', { kind: 'reset' }],
    ['by a reset after Lasair took it', { kind: 'reset', when: 'after' }],
    ['in the middle of the answer', { kind: 'cut' }],
    ['with a page of rubbish', { kind: 'rubbish' }],
    ['with a page of rubbish after Lasair took it', { kind: 'rubbish', when: 'after' }],
    ['because Lasair’s queue is full', { kind: 'kafka', nth: 4 }],
    ['because Lasair’s database is down', { kind: 'database', nth: 4 }],
  ] as const) {
    test(`${name} is made again until it works`, async (context) => {
      const night = await Night.start(context);
      night.addStem(STEM, scoresOf(12));
      night.sandbox.fault({ ...fault, times: 3 });
      assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 12 });
      assert.deepEqual(night.outcomes(STEM), Array(12).fill('accepted'));
      assert.equal(night.sandbox.annotations.size, 12);
    });
  }

  test('by hanging ends at its time limit and is made again', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(2));
    night.sandbox.fault({ kind: 'hang', times: 1 });
    assert.deepEqual(await night.annotate(STEM, night.task({ limits: { timeoutMs: 100 } })), { status: 1, rows: 2 });
    assert.match(night.logged(), /no answer within [0-9]{2,3} ms/);
  });

  test('again and again leaves the stem for later, at no cost', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(12));
    night.sandbox.fault({ kind: 'status', status: 500 });
    await assert.rejects(night.annotate(STEM), (error: unknown) => {
      assert.ok(error instanceof RetryLater);
      assert.ok(error.delayMs >= 30_000 && error.delayMs <= 60_000);
      assert.match(error.message, /HTTP 500 .*12 are left/);
      return true;
    });
    assert.equal(night.sandbox.received.length, 6);
    assert.equal(night.status(STEM), 0);
  });

  test('at connecting leaves the stem for later, and no object in doubt', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(1));
    const port = await freePort();
    const lasair = { endpoint: `http://127.0.0.1:${port}/api`, token: TOKEN, tokenVariable: 'LASAIR_LSST_TOKEN' };
    await assert.rejects(night.annotate(STEM, night.task({ lasair })), /ECONNREFUSED/);
    night.addStem(SECOND_STEM, scoresOf(1, 1));
    assert.deepEqual(await night.annotate(SECOND_STEM), { status: 1, rows: 1 });
  });

  test('because the service stops ends at once, and the stem waits for the next replica', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(1));
    night.sandbox.fault({ kind: 'hang' });
    const stop = new AbortController();
    const annotating = night.annotate(STEM, night.task(), stop.signal);
    setTimeout(() => stop.abort(), 50);
    const begun = performance.now();
    await assert.rejects(annotating, (error: unknown) => error instanceof RetryLater && error.delayMs === 0);
    assert.ok(performance.now() - begun < 2000);
    night.sandbox.clearFaults();
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 1 });
  });

  test('one time in ten loses nothing', async (context) => {
    const night = await Night.start(context);
    night.addStem(STEM, scoresOf(300));
    night.sandbox.fault({ kind: 'status', status: 500, probability: 0.05, seed: 3 });
    night.sandbox.fault({ kind: 'cut', probability: 0.05, seed: 5 });
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 300 });
    assert.equal(night.sandbox.annotations.size, 300);
  });
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
