import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freeAddress } from './free-address.js';

test('the wanted port is taken where nobody has it, and another one where somebody has', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  assert.equal(await freeAddress('127.0.0.1', port), '127.0.0.1:0');
  // The same port of another of this machine's addresses, which no other test takes.
  assert.equal(await freeAddress('127.0.84.70', port), `127.0.84.70:${port}`);
  server.close();
});
