import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger, LedgerUnavailable } from '@lvra/ledger';
import { execute, rowsIn } from '@lvra/ledger/testing/look-inside';
import { type PostgresDatabase, serverOf } from '@lvra/ledger/testing/postgres';
import { startPostgres } from '@lvra/test-servers/postgres';
import { startPostgresProxy } from './postgres-proxy.js';
import { nameOfTransaction } from './transaction-name.js';

test('the proxy loses the answer to the COMMIT that it is told, which the server has done', async (t) => {
  const postgres = await startPostgres({ fsync: false });
  t.after(() => postgres.stop());
  await postgres.createDatabase('night');
  const proxy = await startPostgresProxy(postgres.hosts[0]!.port, (name, nth) => name === 'second' && nth === 2);
  t.after(() => proxy.close());
  const address = postgres.address('night').replace(/:\d+\//, `:${proxy.port}/`);
  const ledger = await Ledger.open(serverOf(address), [], { create: true });
  t.after(() => ledger.close());
  await execute(ledger, 'CREATE TABLE kept (name text)');
  const keep = (name: string) =>
    (Ledger.databaseOf(ledger) as PostgresDatabase).writing(async (tx) => {
      await tx.control(`INSERT INTO kept VALUES ('${name}')`);
      await tx.control(nameOfTransaction(name));
    });
  await keep('first');
  await keep('second');
  await assert.rejects(keep('second'), LedgerUnavailable);
  await keep('second');
  assert.deepEqual(proxy.lost, new Map([['second', 1]]));
  assert.deepEqual(await rowsIn(ledger, 'SELECT name, count(*) AS times FROM kept GROUP BY name ORDER BY name'), [
    { name: 'first', times: 1n },
    { name: 'second', times: 3n },
  ]);
});
