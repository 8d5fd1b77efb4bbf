import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOfLedgerServer, parseLedgerServer } from './ledger-address.js';

test('the address of a ledger names its hosts, its database and its user', () => {
  const parsed = parseLedgerServer('postgres://night@db1,db2:5433,10.0.0.3/lvra_dev');
  assert.deepEqual(parsed, {
    hosts: [
      { host: 'db1', port: 5432 },
      { host: 'db2', port: 5433 },
      { host: '10.0.0.3', port: 5432 },
    ],
    database: 'lvra_dev',
    user: 'night',
  });
  assert.equal(parsed && nameOfLedgerServer(parsed), 'postgres://db1,db2:5433,10.0.0.3/lvra_dev');
  assert.equal(parseLedgerServer('postgresql://db1/lvra')?.user, 'lvra');
});

test('what is no address of a server, or has a password, is refused', () => {
  const wrong = ['/srv/lvra/db/log.db', 'postgres://db1', 'postgres:///lvra', 'postgres://db1/', 'mysql://db1/lvra'];
  const withMore = [
    'postgres://lvra:secret@db1/lvra',
    'postgres://db1/lvra?sslmode=disable',
    'postgres://db1:70000/lvra',
  ];
  for (const address of [...wrong, ...withMore, 'postgres://%E0%A4%A@db1/lvra']) {
    assert.equal(parseLedgerServer(address), undefined, address);
  }
});
