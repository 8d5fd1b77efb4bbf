import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { secretOf } from '@lvra/config';
import { StageMisconfigured } from '@lvra/core';
import { FIRST_STEM, Night, scoresOf } from './testing/night.js';

const STEM = FIRST_STEM;

describe('the stage cannot work', () => {
  const misconfigured = (status: number | undefined, words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof StageMisconfigured);
    assert.equal(error.status, status);
    assert.match(error.message, words);
    return true;
  };

  test('without a token, and says which variable to set', async (context) => {
    const night = await Night.start(context);
    const task = night.task({
      lasair: { endpoint: night.sandbox.endpoint, token: undefined, tokenVariable: 'LASAIR_LSST_DEV_TOKEN' },
    });
    await assert.rejects(task.prepare!(), misconfigured(41, /LASAIR_LSST_DEV_TOKEN/));
  });

  test('without a token writes 41 on the stems and leaves them pending', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
    const lasair = { endpoint: night.sandbox.endpoint, token: undefined, tokenVariable: 'LASAIR_LSST_TOKEN' };
    const work = night.ledger.work('annotate', 'r0b');
    const failure = await night.runner({ lasair }).drain(Promise.resolve(), new AbortController().signal);
    assert.match(failure ?? '', /LASAIR_LSST_TOKEN/);
    assert.equal(await night.status(STEM), 41);
    assert.deepEqual(await work.pending(Date.now(), 30_000), [STEM]);
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 1 });
  });

  test('if the endpoint is no address', async (context) => {
    const night = await Night.start(context);
    for (const endpoint of [undefined, 'lasair', 'ftp://lasair.example/api']) {
      const task = night.task({
        lasair: { endpoint, token: secretOf('LASAIR_LSST_TOKEN', () => 'x'), tokenVariable: 'LASAIR_LSST_TOKEN' },
      });
      await assert.rejects(task.prepare!(), misconfigured(41, /endpoint/));
    }
  });

  for (const [field, text] of [
    ['topic', "r0b'lvra"],
    ['explanation', 'a\\b'],
    ['url', `https://${'x'.repeat(1024)}`],
    ['version', 'a version too long'],
  ] as const) {
    test(`if Lasair could not store the ${field} of the settings`, async (context) => {
      const night = await Night.start(context);
      const vra = { name: 'r0b', topic: 'r0b_lvra', explanation: '', url: '', [field]: text };
      const live = () => ({ version: field === 'version' ? text : 'a1', annotate: true });
      await assert.rejects(night.task({ vra, live }).prepare!(), misconfigured(undefined, new RegExp(`^${field} `)));
    });
  }
});
