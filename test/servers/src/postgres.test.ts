import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPostgres } from './postgres.js';

test('a standby has what the primary committed, and takes writes once it is promoted', async (t) => {
  const postgres = await startPostgres({ standbys: 1 });
  t.after(() => postgres.stop());
  const [primary, standby] = postgres.hosts as [(typeof postgres.hosts)[0], (typeof postgres.hosts)[0]];
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
  const [primary, standby] = postgres.hosts as [(typeof postgres.hosts)[0], (typeof postgres.hosts)[0]];
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
