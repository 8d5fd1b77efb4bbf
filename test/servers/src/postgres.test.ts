import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PostgresHost, startPostgres } from './postgres.js';

test('a promoted standby has what was committed, the other follows it, and the old primary comes back', async (t) => {
  const postgres = await startPostgres({ standbys: 2 });
  t.after(() => postgres.stop());
  assert.match(postgres.address('night'), /^postgres:\/\/lvra@127\.0\.0\.1:\d+(,127\.0\.0\.1:\d+){2}\/night$/);
  const [old, primary, standby] = postgres.hosts as [PostgresHost, PostgresHost, PostgresHost];
  await postgres.createDatabase('night');
  await old.query('CREATE TABLE kept (id bigint)', 'night');
  await assert.rejects(primary.query('CREATE TABLE other (id bigint)'), /read-only transaction/);
  await old.kill();
  await primary.promote();
  // Answered only when the other standby has it.
  await primary.query('INSERT INTO kept VALUES (1)', 'night');
  await old.rejoin(primary);
  await standby.kill();
  await primary.query('INSERT INTO kept VALUES (2)', 'night');
  assert.deepEqual(await primary.query('SELECT application_name AS host, sync_state FROM pg_stat_replication'), [
    { host: 'host0', sync_state: 'quorum' },
  ]);
  await assert.rejects(old.query('INSERT INTO kept VALUES (3)', 'night'), /read-only transaction/);
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
