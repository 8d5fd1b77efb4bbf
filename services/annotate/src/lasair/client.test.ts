import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { secretOf } from '@lvra/config';
import { Metrics } from '@lvra/telemetry';
import { LasairClient } from './client.js';

/** Ends a connection that is idle for 200 ms; in its own thread, so that it runs while the test blocks. */
const IMPATIENT_SERVER = `
  const { createServer } = require('node:net');
  const { parentPort } = require('node:worker_threads');
  const body = JSON.stringify({ status: 'success' });
  const answer = 'HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: ' + body.length + '\\r\\n\\r\\n' + body;
  const server = createServer((socket) => {
    socket.setTimeout(200, () => socket.end());
    socket.on('error', () => {});
    socket.on('data', (data) => { if (data.includes('\\r\\n\\r\\n')) socket.write(answer); });
  }).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

test('a call after the process stood still does not go out on a connection that was closed meanwhile', async (context) => {
  const server = new Worker(IMPATIENT_SERVER, { eval: true });
  context.after(() => server.terminate());
  const [port] = (await once(server, 'message')) as [number];
  const endpoint = `http://127.0.0.1:${port}/api`;
  const client = new LasairClient({
    endpoint,
    token: secretOf('LASAIR_LSST_TOKEN', () => 'sandbox-token'),
    metrics: new Metrics(),
    now: Date.now,
  });
  context.after(() => client.close());
  const { signal } = new AbortController();
  const call = () => client.send('annotate', ['{}'], 5_000, signal);
  assert.notEqual((await call()).kind, 'failed');
  await sleep(50);
  // From here it blocks in the phase of the event loop after its sockets were polled.
  await readFile(import.meta.filename);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
  assert.notEqual((await call()).kind, 'failed');
});
