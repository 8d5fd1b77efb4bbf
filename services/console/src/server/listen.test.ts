import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { listen, namesOf } from './listen.js';

test('an answer that nobody reads is given up', { timeout: 60_000 }, async (t) => {
  const part = new Uint8Array(64 * 1024);
  let givenUp = () => {};
  const isGivenUp = new Promise<void>((resolve) => {
    givenUp = resolve;
  });
  const endless = () => new ReadableStream({ pull: (body) => body.enqueue(part), cancel: () => givenUp() });
  const app = { fetch: () => new Response(endless()) };
  const { port, close } = await listen('127.0.0.1', 0, () => app, { requestMs: 10_000, idleMs: 200 });
  t.after(close);
  const reader = connect(port, '127.0.0.1').pause();
  t.after(() => reader.destroy());
  reader.on('error', () => {});
  reader.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await isGivenUp;
  assert.equal(reader.destroyed, false, 'it was not the reader who left');
});

test('a browser names no port where it is that of HTTP', () => {
  assert.ok(namesOf('127.0.0.1', 80).includes('localhost'));
  assert.ok(!namesOf('127.0.0.1', 8470).includes('localhost'));
});
