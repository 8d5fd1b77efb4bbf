import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPostgres } from '@lvra/test-servers/postgres';
import { Ledger } from '../ledger.js';
import { addStem } from '../testing/ledgers.js';
import { execute } from '../testing/look-inside.js';
import { serverOf } from '../testing/postgres.js';

test('who looks at a ledger on a server sees every commit, is told of it, and cannot write', async (t) => {
  const server = await startPostgres({ fsync: false });
  t.after(() => server.stop());
  await server.createDatabase('lvra');
  const address = serverOf(server.address('lvra'));
  await assert.rejects(Ledger.look(address, ['r0b']), /there is no ledger in .*no service has run yet/);
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
