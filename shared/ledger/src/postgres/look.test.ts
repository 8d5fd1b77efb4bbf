import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { POSTGRES_PASSWORD, type Postgres, startPostgres } from '@lvra/test-servers/postgres';
import pg from 'pg';
import { LedgerNotReady } from '../errors.js';
import { Ledger } from '../ledger.js';
import { addStem } from '../testing/ledgers.js';
import { execute } from '../testing/look-inside.js';
import { serverOf } from '../testing/postgres.js';

describe('who looks at a ledger on a server', () => {
  let server: Postgres;
  before(async () => {
    server = await startPostgres({ fsync: false });
  });
  after(() => server.stop());

  async function newAddress(name: string) {
    await server.createDatabase(name);
    return serverOf(server.address(name));
  }

  test('sees every commit, is told of it, and cannot write', async (t) => {
    const address = await newAddress('commits');
    await assert.rejects(Ledger.look(address, ['r0b']), LedgerNotReady);
    const writer = await Ledger.open(address, ['r0b'], { create: true });
    t.after(() => writer.close());
    await assert.rejects(Ledger.look(address, ['r0b', 'r1b']), /no service of some VRA yet: start the services first/);
    const ledger = await Ledger.look(address, ['r0b']);
    t.after(() => ledger.close());
    const before = await ledger.version();
    await ledger.overview.of('feature', 'r0b');
    assert.equal(await ledger.version(), before, 'nobody has written');
    await addStem(writer, '20260301_000001', 1);
    assert.notEqual(await ledger.version(), before);
    assert.equal(await ledger.work('feature', 'r0b').status('20260301_000001'), 1);
    await assert.rejects(ledger.batches.reserveStem('a reader', new Date()), /read-only transaction/);
    await assert.rejects(execute(ledger, 'DELETE FROM batch'), /read-only transaction/);
  });

  test('is told of a commit by one that began before the last to commit', async (t) => {
    const address = await newAddress('late');
    await (await Ledger.open(address, ['r0b'], { create: true })).close();
    const ledger = await Ledger.look(address, ['r0b']);
    t.after(() => ledger.close());
    const { hosts, user, database } = address;
    const long = new pg.Client({ ...hosts[0], user, database, password: POSTGRES_PASSWORD });
    await long.connect();
    t.after(() => long.end());
    await long.query('BEGIN; SELECT pg_current_xact_id()');
    await server.hosts[0]?.query('BEGIN; SELECT pg_current_xact_id(); COMMIT');
    const meanwhile = await ledger.version();
    await long.query('COMMIT');
    assert.notEqual(await ledger.version(), meanwhile);
  });

  test('may have a role that can only read, with which nobody else can open it', async (t) => {
    const address = await newAddress('role');
    await (await Ledger.open(address, ['r0b'], { create: true })).close();
    const onlyReads = `ALTER ROLE ${address.user} IN DATABASE role SET default_transaction_read_only = on`;
    await server.hosts[0]?.query(onlyReads);
    const ledger = await Ledger.look(address, ['r0b']);
    t.after(() => ledger.close());
    assert.equal((await ledger.overview.of('feature', 'r0b')).done, 0);
    await assert.rejects(Ledger.open(address, ['r0b'], { create: false }), /lets \w+ only read/);
  });
});
