import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { Hono } from 'hono';
import { Refusal } from '../server/errors.js';
import { eventStream } from './event-stream.js';
import { Watcher } from './watcher.js';

function streams(version: () => Promise<string>) {
  const end = new AbortController();
  const app = new Hono();
  app.get('/events', eventStream(new Watcher(version), end.signal));
  app.onError((error, context) => context.text(error.message, error instanceof Refusal ? error.status : 500));
  return {
    ask: async (method = 'GET') => app.request('/events', { method }),
    end: () => end.abort(),
    waiting: () => getEventListeners(end.signal, 'abort').length,
  };
}

/** Reads a stream until it has so many events. */
async function events(response: Response, count: number): Promise<string[]> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (text.split('\n\n').length <= count) text += (await reader.read()).value ?? '';
  reader.releaseLock();
  return text.split('\n\n').slice(0, count);
}

test('it says which version the ledger has, and every one after that', async () => {
  let version = 0;
  const { ask, end } = streams(async () => `1.${++version}`);
  const response = await ask();
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.equal(response.headers.get('x-accel-buffering'), 'no');
  assert.deepEqual(await events(response, 2), [
    'event: change\ndata: {"version":"1.1"}',
    'event: change\ndata: {"version":"1.2"}',
  ]);
  end();
});

test('a fault in several lines is one event', async () => {
  const { ask, end } = streams(async () => {
    throw new Error('cannot\n\nevent: change\ndata: {}');
  });
  const [event = ''] = await events(await ask(), 1);
  assert.match(event, /^event: rest\ndata: \{"why":"[^\n]*"\}$/);
  end();
});

test('the 65th is told in words that it is too many; one that leaves makes room', async () => {
  const { ask, end } = streams(async () => '1.1');
  const all = await Promise.all(Array.from({ length: 64 }, () => ask()));
  assert.ok(all.every(({ status }) => status === 200));
  const refused = await ask();
  assert.equal(refused.status, 503);
  assert.match(await refused.text(), /^64 pages are kept live: close some/);
  await all[0]!.body!.cancel();
  let again = await ask();
  for (let left = 50; again.status === 503 && left > 0; left--) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    again = await ask();
  }
  assert.equal(again.status, 200);
  end();
});

test('who asks for the headers alone takes no place', async () => {
  const { ask, end } = streams(async () => '1.1');
  for (let asked = 0; asked < 65; asked++) {
    const response = await ask('HEAD');
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'text/event-stream']);
  }
  assert.equal((await ask()).status, 200);
  end();
});

test('nothing is kept of a stream that has ended', async () => {
  const { ask, end, waiting } = streams(async () => '1.1');
  const response = await ask();
  assert.equal(waiting(), 1);
  await response.body!.cancel();
  while (waiting() > 0) await new Promise((resolve) => setImmediate(resolve));
  end();
});

test('all streams end with the console', { timeout: 30_000 }, async () => {
  const { ask, end } = streams(async () => '1.1');
  const texts = [await ask(), await ask()].map((response) => response.text());
  end();
  await Promise.all(texts);
  await (await ask()).text();
});
