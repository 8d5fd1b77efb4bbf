import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { secretOf } from '@lvra/config';
import { RetryLater } from '@lvra/core';
import { freePort } from './testing/free-port.js';
import { FIRST_STEM, Night, scoresOf, TOKEN } from './testing/night.js';

const PROXY = fileURLToPath(
  new URL('../../../../shared/cases/lasair-html-400/lasair-behind-a-proxy.mjs', import.meta.url),
);

const lasairAt = (port: number) => ({
  endpoint: `http://127.0.0.1:${port}/api`,
  token: secretOf('LASAIR_LSST_TOKEN', () => TOKEN),
  tokenVariable: 'LASAIR_LSST_TOKEN',
});

/** A server that answers every call in the same way, and counts them. */
async function serve(context: TestContext, answer: RequestListener): Promise<{ port: number; calls: () => number }> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls++;
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, calls: () => calls };
}

/** Waits until the program of the case listens. */
async function startProxy(context: TestContext): Promise<number> {
  const port = await freePort();
  const proxy: ChildProcess = spawn(process.execPath, [PROXY, String(port)], { stdio: 'inherit' });
  context.after(() => proxy.kill());
  for (let tries = 0; ; tries++) {
    try {
      await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' });
      return port;
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

describe('a response of another server than Lasair gives no score an outcome', () => {
  for (const scores of [1, 2, 43]) {
    test(`if a proxy says 400 to every second call: ${scores} scores are all annotated`, async (context) => {
      const night = await Night.start(context);
      const port = await startProxy(context);
      await night.addStem(FIRST_STEM, scoresOf(scores));
      assert.deepEqual(await night.annotate(FIRST_STEM, night.task({ lasair: lasairAt(port) })), {
        status: 1,
        rows: scores,
      });
      assert.deepEqual(await night.outcomes(FIRST_STEM), Array(scores).fill('accepted'));
    });
  }

  const page = '<html><body><h1>400 Bad request</h1>Your browser sent an invalid request.</body></html>';
  for (const [name, status, type, body] of [
    ['a page that says 400', 400, 'text/html', page],
    ['JSON of another API', 400, 'application/json', '{"message":"Bad Request"}'],
    ['Lasair’s own JSON about the call', 400, 'application/json', '{"detail":"JSON parse error - Expecting value"}'],
    ['Lasair’s own JSON about the list', 400, 'application/json', '{"annotations":["Expected a list of items."]}'],
    ['a page that says 403', 403, 'text/html', '<h1>403 Forbidden</h1>'],
    ['a page that says 413', 413, 'text/html', '<h1>413 Request Entity Too Large</h1>'],
  ] as const) {
    test(`${name}: the stem waits after a few calls, none of them a shorter list`, async (context) => {
      const night = await Night.start(context);
      const lengths: number[] = [];
      const { port, calls } = await serve(context, (request, response) => {
        lengths.push(Number(request.headers['content-length']));
        response.writeHead(status, { 'content-type': type }).end(body);
      });
      await night.addStem(FIRST_STEM, scoresOf(43));
      const task = night.task({ lasair: lasairAt(port), lists: { first: 100 } });
      await assert.rejects(night.annotate(FIRST_STEM, task), RetryLater);
      assert.deepEqual(await night.outcomes(FIRST_STEM), Array(43).fill(null));
      assert.equal(await night.status(FIRST_STEM), 0);
      if (status === 413) return assert.ok(calls() <= 12, `${calls()} calls`);
      assert.equal(calls(), 6);
      assert.equal(new Set(lengths).size, 1, `lists of ${lengths} bytes`);
    });
  }

  test('if seven of ten calls are answered so, an attempt ends after few calls and nothing is lost', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, scoresOf(43));
    night.sandbox.fault({ kind: 'status', status: 400, probability: 0.7, seed: 5 });
    const task = night.task({ lists: { first: 5, largest: 5 } });
    let most = 0;
    for (let attempt = 0; attempt < 40; attempt++) {
      const { length: before } = night.sandbox.received;
      const report = await night.annotate(FIRST_STEM, task).catch((error: unknown) => {
        assert.ok(error instanceof RetryLater, String(error));
      });
      most = Math.max(most, night.sandbox.received.length - before);
      if (report) break;
    }
    assert.deepEqual(await night.outcomes(FIRST_STEM), Array(43).fill('accepted'));
    // Nine lists, as many failures, and six more.
    assert.ok(most <= 24, `${most} calls in an attempt`);
  });
});

describe('a list that is too long for what is in front of Lasair', () => {
  test('is made shorter, and the lists after it too', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, scoresOf(64));
    const lists: number[] = [];
    const port = await limitedTo(context, 10_000, lists);
    const task = night.task({ lasair: lasairAt(port), lists: { first: 64, largest: 64 } });
    assert.deepEqual(await night.annotate(FIRST_STEM, task), { status: 1, rows: 64 });
    assert.deepEqual(lists.slice(0, 3), [64, 32, 16]);
    assert.equal(new Set(lists.slice(2)).size, 1);
  });
});

/** A server that limits the size of a body, as nginx does with `client_max_body_size`. */
async function limitedTo(context: TestContext, bytes: number, lists: number[]): Promise<number> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { annotations } = JSON.parse(Buffer.concat(chunks).toString()) as { annotations: unknown[] };
      lists.push(annotations.length);
      const isTooLong = Number(request.headers['content-length']) > bytes;
      response.writeHead(isTooLong ? 413 : 200);
      response.end(isTooLong ? '<h1>413</h1>' : JSON.stringify({ status: 'success', n: annotations.length }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
