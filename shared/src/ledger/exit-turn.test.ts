import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ExitTurn } from './exit-turn.js';

/** Is at work for 300 ms, then counts it; would be at work again when it gets a message. */
const THREAD = `
const { parentPort, workerData: { state, done, url } } = require('node:worker_threads');
const atWork = () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  Atomics.add(done, 0, 1);
};
import(url).then(({ ExitTurn }) => {
  const turn = new ExitTurn(state);
  parentPort.on('message', () => {
    turn.take(atWork);
    parentPort.postMessage('tried');
  });
  turn.take(atWork);
});`;

function begin(t: TestContext) {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const done = new Int32Array(new SharedArrayBuffer(4));
  const url = new URL('exit-turn.js', import.meta.url).href;
  const thread = new Worker(THREAD, { eval: true, workerData: { state, done, url } });
  t.after(() => thread.terminate());
  return { thread, done, turn: new ExitTurn(state) };
}

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !condition(); await sleep(1)) assert.ok(Date.now() < deadline);
}

test('the end of the process waits for what its thread is at, and lets it begin nothing more', async (t) => {
  const { thread, done, turn } = begin(t);
  await until(() => turn.taken);
  turn.end();
  assert.equal(done[0], 1);
  thread.postMessage('again');
  await once(thread, 'message');
  assert.equal(done[0], 1);
});

test('the end of the process waits for no thread that is not at work', async (t) => {
  const { thread, done, turn } = begin(t);
  await until(() => done[0] === 1 && !turn.taken);
  thread.postMessage('again');
  await once(thread, 'message');
  assert.equal(done[0], 2);
  const before = performance.now();
  turn.end();
  // It would wait for ten seconds.
  assert.ok(performance.now() - before < 5_000);
});
