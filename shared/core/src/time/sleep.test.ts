import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockingSleep, sleep } from './sleep.js';

async function timed(work: Promise<void>): Promise<number> {
  const begun = performance.now();
  await work;
  return performance.now() - begun;
}

test('sleep lasts as long as it was told', async () => {
  const ms = await timed(sleep(300, new AbortController().signal));
  // Node counts from when its loop last looked at the clock, which is a while ago on a busy machine.
  assert.ok(ms >= 100, `${ms} ms`);
  await sleep(-5, new AbortController().signal);
});

test('a signal ends it without an error, whether it comes during the sleep or came before', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('any reason')), 20);
  assert.ok((await timed(sleep(60_000, stop.signal))) < 30_000);
  assert.ok((await timed(sleep(60_000, stop.signal))) < 30_000);
});

test('a blocking sleep lets nothing else run meanwhile', async () => {
  let hasRun = false;
  const timer = new Promise<void>((resolve) => {
    setTimeout(() => {
      hasRun = true;
      resolve();
    }, 1);
  });
  const begun = performance.now();
  blockingSleep(20);
  assert.ok(performance.now() - begun >= 19);
  assert.equal(hasRun, false);
  await timer;
});
