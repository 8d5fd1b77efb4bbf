import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type HealthOptions, serveHealth } from './health.js';
import { Metrics } from './metrics.js';

async function served(t: TestContext, options: Partial<HealthOptions> = {}) {
  const metrics = new Metrics();
  const server = await serveHealth({ host: '127.0.0.1', port: 0, metrics, notReady: () => [], ...options });
  t.after(() => server.close());
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
  };
  return { metrics, server, get };
}

test('the process is healthy as soon as it answers, ready or not', async (t) => {
  const { get } = await served(t, { notReady: () => ['predict-r0b: starting'] });
  assert.deepEqual([(await get('/healthz')).status, (await get('/healthz?probe')).body], [200, 'ok\n']);
});

test('it is ready while nothing keeps it from working, and else says what does', async (t) => {
  const reasons = ['predict-r0b: there is no model', 'NATS is disconnected'];
  const { get } = await served(t, { notReady: () => reasons });
  assert.deepEqual(await get('/readyz'), {
    status: 503,
    type: 'text/plain; charset=utf-8',
    body: 'predict-r0b: there is no model\nNATS is disconnected\n',
  });
  reasons.length = 0;
  assert.deepEqual(await get('/readyz'), { status: 200, type: 'text/plain; charset=utf-8', body: 'ready\n' });
});

test('metrics are brought up to date when they are asked for', async (t) => {
  let stems = 0;
  const { metrics, get } = await served(t, {
    refresh: () => metrics.service.pending.set({ stage: 'predict', vra: 'r0b' }, ++stems),
  });
  await get('/metrics');
  const { status, type, body } = await get('/metrics');
  assert.equal(status, 200);
  assert.match(type ?? '', /^text\/plain; version=0\.0\.4/);
  assert.match(body, /^lvra_pending_stems\{stage="predict",vra="r0b"\} 2$/m);
});

test('what fails is answered with 500 and the reason, what is unknown with 404, and neither ends the server', async (t) => {
  const { get } = await served(t, {
    refresh: () => {
      throw new Error('the ledger is locked');
    },
  });
  assert.deepEqual([(await get('/metrics')).status, (await get('/metrics')).body], [500, 'the ledger is locked\n']);
  assert.equal((await get('/')).status, 404);
  assert.equal((await get('/healthz')).status, 200);
});

test('a port that is taken is an error that says what to do', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  await assert.rejects(
    served(t, { port }),
    new RegExp(`cannot serve health and metrics on 127.0.0.1:${port}: .*set another port`),
  );
});

test('closing does not wait for connections that are kept open', async (t) => {
  const { server, get } = await served(t);
  await get('/healthz');
  const begun = performance.now();
  await server.close();
  assert.ok(performance.now() - begun < 4_000);
});
