import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { secretOf } from '@lvra/config';
import { RetryLater } from '@lvra/core';
import { connectionOf, setLockTimeout } from '@lvra/ledger/testing/sqlite';

import { freePort } from '../testing/free-port.js';
import { Gate } from '../testing/gate.js';
import { FIRST_STEM, Night, SECOND_STEM, scoresOf, TOKEN } from '../testing/night.js';

const STEM = FIRST_STEM;

describe('a call that fails', () => {
  for (const [name, fault] of [
    ['with 500', { kind: 'status', status: 500 }],
    ['with 502 after Lasair took it', { kind: 'status', status: 502, when: 'after' }],
    ['with 503', { kind: 'status', status: 503 }],
    ['with a page that says 400', { kind: 'status', status: 400 }],
    ['with a page that says 400 after Lasair took it', { kind: 'status', status: 400, when: 'after' }],
    ['with the way to a page of maintenance', { kind: 'status', status: 302 }],
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
      await night.addStem(STEM, scoresOf(12));
      night.sandbox.fault({ ...fault, times: 3 });
      assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 12 });
      assert.deepEqual(await night.outcomes(STEM), Array(12).fill('accepted'));
      assert.equal(night.sandbox.annotations.size, 12);
    });
  }

  test('by hanging ends at its time limit and is made again', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(2));
    night.sandbox.fault({ kind: 'hang', times: 1 });
    assert.deepEqual(await night.annotate(STEM, night.task({ limits: { timeoutMs: 100 } })), { status: 1, rows: 2 });
    assert.match(night.logged(), /no answer within [0-9]{2,3} ms/);
  });

  test('again and again leaves the stem for later, at no cost', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(12));
    night.sandbox.fault({ kind: 'status', status: 500 });
    await assert.rejects(night.annotate(STEM), (error: unknown) => {
      assert.ok(error instanceof RetryLater);
      assert.ok(error.delayMs >= 30_000 && error.delayMs <= 60_000);
      assert.match(error.message, /HTTP 500 .*12 are left/);
      return true;
    });
    assert.equal(night.sandbox.received.length, 6);
    assert.equal(await night.status(STEM), 0);
  });

  test('at connecting leaves the stem for later, and no object in doubt', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
    const port = await freePort();
    const lasair = {
      endpoint: `http://127.0.0.1:${port}/api`,
      token: secretOf('LASAIR_LSST_TOKEN', () => TOKEN),
      tokenVariable: 'LASAIR_LSST_TOKEN',
    };
    await assert.rejects(night.annotate(STEM, night.task({ lasair })), /ECONNREFUSED/);
    await night.addStem(SECOND_STEM, scoresOf(1, 1));
    assert.deepEqual(await night.annotate(SECOND_STEM), { status: 1, rows: 1 });
  });

  test('on the ledger, after Lasair took it, is recorded later and holds up no newer score', async (context) => {
    const night = await Night.start(context);
    const gate = await Gate.open(context, night);
    const task = night.task({ lasair: gate.lasair });
    await night.addStem(STEM, scoresOf(1));
    setLockTimeout(night.ledger, 20);
    const annotating = night.annotate(STEM, task);
    await gate.arrival();
    const other = connectionOf(await night.openLedger());
    other.exec('BEGIN IMMEDIATE');
    gate.release();
    await assert.rejects(annotating, /database is locked/);
    other.exec('ROLLBACK');

    await night.addStem(SECOND_STEM, scoresOf(1, 1));
    assert.deepEqual(await night.annotate(SECOND_STEM, task), { status: 1, rows: 1 });
    assert.equal(night.heldSource(0), 1);
    assert.deepEqual(await night.outcomes(STEM), ['accepted']);
  });

  test('because the service stops ends at once, and the stem waits for the next replica', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
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
    await night.addStem(STEM, scoresOf(300));
    night.sandbox.fault({ kind: 'status', status: 500, probability: 0.05, seed: 3 });
    night.sandbox.fault({ kind: 'cut', probability: 0.05, seed: 5 });
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 300 });
    assert.equal(night.sandbox.annotations.size, 300);
  });
});
