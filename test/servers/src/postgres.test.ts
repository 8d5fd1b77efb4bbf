import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PostgresHost, startPostgres } from './postgres.js';

test('a standby has what the primary committed, and takes writes once it is promoted', async (t) => {
  const postgres = await startPostgres({ standbys: 1 });
  t.after(() => postgres.stop());
  const [primary, standby] = postgres.hosts as [PostgresHost, PostgresHost];
  assert.match(postgres.address('night'), /^postgres:\/\/lvra@127\.0\.0\.1:\d+,127\.0\.0\.1:\d+\/night$/);
  await postgres.createDatabase('night');
  await primary.query('CREATE TABLE kept (id bigint)', 'night');
  await primary.query('INSERT INTO kept VALUES (1)', 'night');
  await assert.rejects(standby.query('CREATE TABLE other (id bigint)'), /read-only transaction/);
  await primary.kill();
  await standby.promote();
  await standby.query('INSERT INTO kept VALUES (2)', 'night');
  assert.deepEqual(await standby.query('SELECT count(*) FROM kept', 'night'), [{ count: '2' }]);
});

test('a primary without its standby answers to no commit until the standby is back', async (t) => {
  const postgres = await startPostgres({ standbys: 1 });
  t.after(() => postgres.stop());
  const [primary, standby] = postgres.hosts as [PostgresHost, PostgresHost];
  await primary.query('CREATE TABLE kept (id bigint)');
  standby.freeze();
  let isAnswered = false;
  const commit = primary.query('INSERT INTO kept VALUES (1)').then(() => {
    isAnswered = true;
  });
  const waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
  while ((await primary.query(waits)).length === 0);
  assert.equal(isAnswered, false);
  standby.thaw();
  await commit;
});

test('of three hosts the other standby follows the new primary, and the old one comes back as a standby', async (t) => {
  const postgres = await startPostgres({ standbys: 2 });
  t.after(() => postgres.stop());
  const [old, primary, standby] = postgres.hosts as [PostgresHost, PostgresHost, PostgresHost];
  await old.query('CREATE TABLE kept (id bigint)');
  await old.kill();
  await primary.promote();
  // Answered only when the other standby has it.
  await primary.query('INSERT INTO kept VALUES (1)');
  await old.rejoin(primary);
  await standby.kill();
  await primary.query('INSERT INTO kept VALUES (2)');
  assert.deepEqual(await primary.query('SELECT application_name, sync_state FROM pg_stat_replication'), [
    { application_name: 'host0', sync_state: 'quorum' },
  ]);
  await assert.rejects(old.query('INSERT INTO kept VALUES (3)'), /read-only transaction/);
});
