import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPostgres } from '@lvra/test-servers/postgres';
import { Ledger } from '../ledger.js';
import { serverOf } from '../testing/postgres.js';
import { checkServer } from './server-checks.js';

test('a server that may lose what it committed is refused, unless the settings accept it, and one of another encoding', async (t) => {
  const server = await startPostgres({ fsync: false });
  t.after(() => server.stop());
  await server.createDatabase('lvra');
  const address = { ...serverOf(server.address('lvra')), singleServer: false };
  const open = (singleServer = false) => Ledger.open({ ...address, singleServer }, ['r0b'], { create: true });
  const set = async (name: string, value: string) => {
    await server.hosts[0]?.query(`ALTER SYSTEM SET ${name} = '${value}'`);
    await server.hosts[0]?.query('SELECT pg_reload_conf()');
  };
  await assert.rejects(open(), {
    name: 'UsageError',
    message:
      /^the ledger postgres:\S+ has no synchronous standby: set synchronous_standby_names .* or set ledger_single_server: yes/,
  });
  await (await open(true)).close();
  await server.hosts[0]?.query("CREATE DATABASE old OWNER lvra ENCODING 'SQL_ASCII' TEMPLATE template0");
  const inAscii = { ...serverOf(server.address('old')), singleServer: true };
  await assert.rejects(Ledger.open(inAscii, [], { create: true }), /is in encoding SQL_ASCII: make its database with/);
  await set('synchronous_standby_names', 'ANY 1 (one, two)');
  await assert.rejects(open(), /may be damaged by a power cut: set fsync = on/);
});

test('a host whose clock is more than five seconds from the server’s is refused', async (t) => {
  const server = await startPostgres({ fsync: false });
  t.after(() => server.stop());
  await server.createDatabase('lvra');
  const address = serverOf(server.address('lvra'));
  const ledger = await Ledger.open(address, ['r0b'], { create: true });
  t.after(() => ledger.close());
  assert.ok(Math.abs(await ledger.clockOffsetMs()) < 1_000);
  const real = Date.now;
  for (const [aheadMs, words] of [
    [6_000, /^this host's clock is 6 s ahead of that of the ledger postgres:/],
    [-6_000, /^this host's clock is 6 s behind that of/],
  ] as const) {
    t.mock.method(Date, 'now', () => real() + aheadMs);
    await assert.rejects(checkServer(Ledger.databaseOf(ledger), address), { name: 'UsageError', message: words });
  }
  t.mock.method(Date, 'now', () => real() + 4_000);
  await checkServer(Ledger.databaseOf(ledger), address);
});
