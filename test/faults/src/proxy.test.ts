import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startProxy } from './proxy.js';

test('a proxy is slow, silent or impassable as it is told, and lets everything through again', async (t) => {
  const server = createServer((_, response) => response.end('here')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await startProxy((server.address() as AddressInfo).port);
  t.after(async () => {
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });
  const ask = async (withinMs = 5_000) => {
    const signal = AbortSignal.timeout(withinMs);
    const response = await fetch(`http://127.0.0.1:${proxy.port}/`, { signal, headers: { connection: 'close' } });
    return response.text();
  };
  assert.equal(await ask(), 'here');
  proxy.slow(100);
  const begun = performance.now();
  assert.equal(await ask(), 'here');
  assert.ok(performance.now() - begun >= 190, 'the way there and the way back');
  proxy.silent();
  await assert.rejects(ask(300), { name: 'TimeoutError' });
  await proxy.pass();
  assert.equal(await ask(), 'here');
  await proxy.refuse();
  await assert.rejects(ask(), /fetch failed/);
  await proxy.pass();
  assert.equal(await ask(), 'here');
});
