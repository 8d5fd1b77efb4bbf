import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notReady, runAll, type Worker } from './workers.js';

/** A worker that notes when it has ended, and ends a moment after it was told to. */
function steady(log: string[], name: string): Worker {
  return {
    run: (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => setTimeout(() => resolve(log.push(`${name} ended`)), 20));
      }),
    notReady: () => undefined,
  };
}

test('if one worker throws, the others end in order before the error is passed on', async () => {
  const log: string[] = [];
  const failing: Worker = {
    run: async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      throw new Error('the ledger is gone');
    },
    notReady: () => 'the ledger is gone',
  };
  const workers = [steady(log, 'first'), failing, steady(log, 'second')];
  await assert.rejects(runAll(workers, new AbortController().signal), /the ledger is gone/);
  assert.deepEqual(log, ['first ended', 'second ended']);
  assert.deepEqual(notReady(workers), ['the ledger is gone']);
});

test('the signal ends all, and a worker that has ended does not end the others', async () => {
  const log: string[] = [];
  const stop = new AbortController();
  const short: Worker = { run: async () => log.push('short ended'), notReady: () => undefined };
  const running = runAll([short, steady(log, 'long')], stop.signal);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(log, ['short ended']);
  stop.abort();
  await running;
  assert.deepEqual(log, ['short ended', 'long ended']);
});
