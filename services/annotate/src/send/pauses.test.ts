import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { secretOf } from '@lvra/config';
import { secretFile } from '@lvra/config/testing/secret-file';
import { StagePaused } from '@lvra/core';
import type { SandboxOptions } from '@lvra/simulator';
import { FIRST_STEM, Night, SECOND_STEM, scoresOf, TOKEN } from '../testing/night.js';

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
    ['if the token is wrong', { tokens: { other: owner } }, 40, /401 .*Invalid token.*LASAIR_LSST_TOKEN/],
    [
      'if the topic does not exist',
      { tokens: { [TOKEN]: { ...owner, owns: [] } } },
      40,
      /topic r0b_lvra does not exist/,
    ],
    [
      'if the topic belongs to another account',
      { tokens: { [TOKEN]: { ...owner, owns: [] } }, topics: { r0b_lvra: { active: true, owner: 'Any One' } } },
      40,
      /Some Body is not allowed to submit to topic r0b_lvra/,
    ],
    ['if the topic is not active', { topics: { r0b_lvra: { active: false, owner: 'Any One' } } }, 40, /is not active/],
    ['if the hour has no calls left', { callsPerHour: 1 }, undefined, /Request limit exceeded/],
  ];
  for (const [name, options, status, words] of cases) {
    test(`${name}, and the scores wait`, async (context) => {
      const night = await Night.start(context, options);
      await night.addStem(STEM, scoresOf(25));
      await assert.rejects(night.annotate(STEM), pausedFor(15 * MINUTE, status, words));
      assert.equal(night.sandbox.received.length, 1);
      assert.deepEqual(await night.outcomes(STEM), Array(25).fill(null));
      assert.equal(await night.status(STEM), 0);
      assert.ok(!night.logged().includes(TOKEN));
    });
  }

  test('if the token is wrong, until its file holds another one', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
    const { secret, path, put } = secretFile(context, 'an-old-token');
    const task = night.task({
      lasair: { endpoint: night.sandbox.endpoint, token: secret, tokenVariable: 'LASAIR_LSST_TOKEN' },
    });
    await assert.rejects(night.annotate(STEM, task), (error: StagePaused) => {
      assert.match(error.message, /401 .*Invalid token/);
      assert.ok(error.message.includes(`put a valid one into ${path} (SECRET_FILE)`), error.message);
      assert.ok(!error.message.includes('an-old-token'));
      return true;
    });
    put(TOKEN);
    assert.deepEqual(await night.annotate(STEM, task), { status: 1, rows: 1 });
  });

  test('if the token has no permission', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
    night.sandbox.fault({ kind: 'status', status: 403 });
    await assert.rejects(night.annotate(STEM), pausedFor(15 * MINUTE, 40, /403/));
  });

  test('if the endpoint is not Lasair', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
    const lasair = {
      endpoint: `${night.sandbox.endpoint}/v2`,
      token: secretOf('LASAIR_LSST_TOKEN', () => TOKEN),
      tokenVariable: 'LASAIR_LSST_TOKEN',
    };
    await assert.rejects(
      night.annotate(STEM, night.task({ lasair })),
      pausedFor(15 * MINUTE, 40, /correct the endpoint/),
    );
  });

  test('for as long as an unavailable Lasair asks, and its stem shows no error', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
    night.sandbox.fault({ kind: 'status', status: 503, retryAfterSeconds: 120 });
    await assert.rejects(night.annotate(STEM), pausedFor(2 * MINUTE, undefined, /503 .*asks to wait/));
    assert.equal(night.sandbox.received.length, 1);
  });

  test('for an hour at most, and for longer each time that it asks for a second only', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
    const task = night.task();
    night.sandbox.fault({ kind: 'status', status: 503, retryAfterSeconds: 1e9, times: 1 });
    await assert.rejects(night.annotate(STEM, task), pausedFor(60 * MINUTE, undefined, /503/));
    night.sandbox.fault({ kind: 'status', status: 429, retryAfterSeconds: 1, times: 2 });
    for (const seconds of [2, 4]) {
      await assert.rejects(night.annotate(STEM, task), pausedFor(seconds * 1000, undefined, /429/));
    }
    assert.deepEqual(await night.annotate(STEM, task), { status: 1, rows: 1 });
  });

  test('for as long as Lasair asks', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
    night.sandbox.fault({ kind: 'status', status: 429, retryAfterSeconds: 120 });
    await assert.rejects(night.annotate(STEM), pausedFor(2 * MINUTE, undefined, /429/));
  });

  test('for longer each time that Lasair is asked too early, up to an hour', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
    const task = night.task();
    night.sandbox.fault({ kind: 'status', status: 429, times: 4 });
    for (const minutes of [15, 30, 60, 60]) {
      await assert.rejects(night.annotate(STEM, task), pausedFor(minutes * MINUTE, undefined, /429/));
    }
    await night.annotate(STEM, task);
    await night.addStem(SECOND_STEM, scoresOf(1, 1));
    night.sandbox.fault({ kind: 'status', status: 429, times: 1 });
    await assert.rejects(night.annotate(SECOND_STEM, task), pausedFor(15 * MINUTE, undefined, /429/));
  });

  test('in the middle of a stem, and what was taken is not sent again', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(25));
    let calls = 0;
    const now = () => {
      if (night.sandbox.received.length === 2 && calls++ === 0) night.sandbox.fault({ kind: 'status', status: 401 });
      return Date.now();
    };
    await assert.rejects(night.annotate(STEM, night.task({ now })), pausedFor(15 * MINUTE, 40, /401/));
    assert.equal((await night.outcomes(STEM)).filter((outcome) => outcome === 'accepted').length, 20);
    night.sandbox.clearFaults();
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 25 });
    assert.deepEqual(
      night.sandbox.received.map(({ accepted }) => accepted),
      [10, 10, 0, 5],
    );
  });

  test('which the ledger tells the others; the stem shows 40', async (context) => {
    const night = await Night.start(context, { tokens: { other: owner } });
    await night.addStem(STEM, scoresOf(1));
    await night.runner().drain(Promise.resolve(), new AbortController().signal);
    assert.equal(await night.status(STEM), 40);
    const pause = await (await night.openLedger()).work('annotate', 'r0b').paused(Date.now());
    assert.match(pause?.reason ?? '', /refuses the token/);
    assert.ok(!night.logged().includes(TOKEN));
  });
});
