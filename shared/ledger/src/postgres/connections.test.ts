import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PostgresHost, startPostgres } from '@lvra/test-servers/postgres';
import { LedgerUnavailable } from '../errors.js';
import { Ledger } from '../ledger.js';
import { valueQuestion } from '../statements.js';
import { serverOf } from '../testing/postgres.js';

const PORT = valueQuestion<bigint>('SELECT inet_server_port()');
const never = () => new Promise<never>(() => {});

/** Ends the sessions of the ledger that are in a state, as soon as there is one. */
async function endSessions(host: PostgresHost, state: string): Promise<void> {
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'lvra' AND ${state}`;
  while ((await host.query(end)).length === 0);
}

test('work whose connection is lost ends, and the next is done by another host if that takes writes', async (t) => {
  const server = await startPostgres({ fsync: false, standbys: 1 });
  t.after(() => server.stop());
  const [old, primary] = server.hosts as [PostgresHost, PostgresHost];
  await server.createDatabase('lvra');
  const ledger = await Ledger.open(serverOf(server.address('lvra')), ['r0b'], { create: true });
  t.after(() => ledger.close());
  const database = Ledger.databaseOf(ledger);

  // A transaction that waits for something else than its statements, and one that waits for its turn behind it.
  const stuck = assert.rejects(database.writing(never), LedgerUnavailable);
  const next = database.probe();
  await endSessions(old, "state = 'idle in transaction'");
  await stuck;
  await next;

  // The server waits for its standby, and the session ends before it has answered.
  primary.freeze();
  const unanswered = assert.rejects(database.probe(), (error: Error) => {
    assert.ok(error instanceof LedgerUnavailable);
    assert.match(error.message, /the answer to COMMIT did not come .* so it may have been done or not/);
    return true;
  });
  await endSessions(old, "wait_event = 'SyncRep'");
  primary.thaw();
  await unanswered;

  // The old primary still takes writes, but has no standby any more, and would answer to no COMMIT.
  assert.equal(await database.get(PORT), BigInt(old.port));
  await primary.promote();
  const reading = assert.rejects(database.reading(never), LedgerUnavailable);
  await endSessions(old, "state = 'idle in transaction'");
  await reading;
  await database.probe();
  assert.equal(await database.get(PORT), BigInt(primary.port));
});

test('questions to a primary that stands still end when a standby takes its place, also if they are as many as may be asked', async (t) => {
  const server = await startPostgres({ fsync: false, standbys: 1 });
  t.after(() => server.stop());
  const [old, primary] = server.hosts as [PostgresHost, PostgresHost];
  await server.createDatabase('lvra');
  const ledger = await Ledger.open(serverOf(server.address('lvra')), ['r0b'], { create: true });
  t.after(() => ledger.close());
  const ask = () => Promise.all(Array.from({ length: 8 }, () => Ledger.databaseOf(ledger).get(PORT)));
  await ask();
  old.freeze();
  const waiting = assert.rejects(ask(), LedgerUnavailable);
  await primary.promote();
  // As a service does it every five seconds.
  await ledger.assertInPlace();
  await waiting;
  assert.deepEqual(await ask(), Array(8).fill(BigInt(primary.port)));

  // It wakes up, is named first, and takes writes that no standby confirms: a process that starts passes it over.
  old.thaw();
  const later = await Ledger.open(serverOf(server.address('lvra')), ['r0b'], { create: false });
  t.after(() => later.close());
  assert.equal(await Ledger.databaseOf(later).get(PORT), BigInt(primary.port));
});
