import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POSTGRES_PASSWORD, startPostgres } from '@lvra/test-servers/postgres';
import pg from 'pg';
import { Ledger } from '../ledger.js';
import { execute, rowsIn, valuesIn } from '../testing/look-inside.js';
import { serverOf } from '../testing/postgres.js';
import { WRITERS_LOCK } from './database.js';

test('a process that waited while another one made the ledger sees it', async (t) => {
  const server = await startPostgres({ fsync: false });
  t.after(() => server.stop());
  await server.createDatabase('lvra');
  const address = serverOf(server.address('lvra'));
  const { hosts, user, database } = address;
  const other = new pg.Client({ ...hosts[0], user, database, password: POSTGRES_PASSWORD });
  await other.connect();
  await other.query(`BEGIN; SELECT pg_advisory_xact_lock(${WRITERS_LOCK})`);
  const opening = assert.rejects(Ledger.open(address, ['r0b'], { create: true }), /newer release/);
  const waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
  while ((await other.query(waits)).rowCount === 0);
  await other.query('CREATE TABLE lvra_migration (number bigint, name text, needs bigint)');
  await other.query("INSERT INTO lvra_migration VALUES (99, 'of a newer release', 99)");
  await other.query(`GRANT SELECT ON lvra_migration TO ${user}; COMMIT`);
  await opening;
  await other.end();
});

test('a process goes on when another one adds columns, and with text that has a place for NUL in SQLite alone', async (t) => {
  const server = await startPostgres({ fsync: false });
  t.after(() => server.stop());
  await server.createDatabase('lvra');
  const open = async (...vras: string[]) => {
    const ledger = await Ledger.open(serverOf(server.address('lvra')), vras, { create: true });
    t.after(() => ledger.close());
    return ledger;
  };
  const ledger = await open('r0b');
  const stem = await ledger.batches.reserveStem('a\0b', new Date());
  await execute(ledger, 'INSERT INTO feature_making (stem, r0b) VALUES (?, 0)', stem);
  const statuses = () => rowsIn(ledger, 'SELECT * FROM feature_making');
  assert.deepEqual((await statuses()).map(Object.keys), [['stem', 'timestamp', 'r0b']]);
  await open('r0b', 'r1b');
  assert.deepEqual((await statuses()).map(Object.keys), [['stem', 'timestamp', 'r0b', 'r1b']]);
  assert.deepEqual(await valuesIn(ledger, 'SELECT consumer FROM batch'), ['a\ufffdb']);
});
