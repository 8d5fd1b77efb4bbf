import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { LockHeld } from '@lvra/core';
import { startPostgres } from '@lvra/test-servers/postgres';
import type { HeldLocks, Lockable } from '../database.js';
import { LedgerUnavailable } from '../errors.js';
import { Ledger } from '../ledger.js';
import { serverOf } from '../testing/postgres.js';
import { AdvisoryLocks } from './advisory-locks.js';
import { Hosts } from './hosts.js';

async function world(t: TestContext) {
  const server = await startPostgres({ fsync: false });
  t.after(() => server.stop());
  await server.createDatabase('lvra');
  const open = async () => {
    const ledger = await Ledger.open(serverOf(server.address('lvra')), ['r0b'], { create: true });
    t.after(() => ledger.close());
    return ledger;
  };
  const endSessions = async () => {
    await server.hosts[0]?.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'lvra'");
  };
  return { open, endSessions, host: server.hosts[0]!, address: serverOf(server.address('lvra')) };
}

/** Until the look has seen what became of the connection. */
async function untilHeld(ledger: Ledger): Promise<void> {
  for (;;) {
    try {
      return await ledger.assertInPlace();
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
    }
  }
}

describe('locks that all hosts see', () => {
  test('services share one, and keep off who does all the work, and the other way round', async (t) => {
    const { open } = await world(t);
    const [first, second, all] = [await open(), await open(), await open()];
    const held: HeldLocks[] = [
      await first.lock(['feature'], 'shared', 'lvra start feature'),
      await second.lock(['feature'], 'shared', 'lvra start feature'),
    ];
    await assert.rejects(all.lock(['consumer', 'feature'], 'exclusive', 'lvra run'), (error: Error) => {
      assert.ok(error instanceof LockHeld);
      const who = `lvra start feature ${process.pid}@\\S+ from 127\\.0\\.0\\.1`;
      const words = `^feature of the ledger postgres://127\\.0\\.0\\.1:\\d+/lvra is held by ${who}, ${who}: wait`;
      assert.match(error.message, new RegExp(words));
      return true;
    });
    // What was taken before the refusal is let go of.
    await second.lock(['consumer'], 'exclusive', 'lvra run');
    for (const locks of held) await locks.release();
    await all.lock(['feature'], 'exclusive', 'lvra run');
    await assert.rejects(first.lock(['feature'], 'shared', 'lvra start feature'), LockHeld);
    await all.close();
    await first.lock(['feature'], 'shared', 'lvra start feature');
  });

  test('are taken again when their connection was lost, also after a restart of the server', async (t) => {
    const { open, endSessions, host } = await world(t);
    const [service, other] = [await open(), await open()];
    await service.lock(['feature'], 'shared', 'lvra start feature');
    await endSessions();
    await untilHeld(service);
    await untilHeld(other);
    await assert.rejects(other.lock(['feature'], 'exclusive', 'lvra run'), LockHeld);
    await host.kill();
    await assert.rejects(service.assertInPlace(), LedgerUnavailable);
    await host.start();
    await untilHeld(service);
    await untilHeld(other);
    await assert.rejects(other.lock(['feature'], 'exclusive', 'lvra run'), LockHeld);
  });

  test('of a service that is stopped are free soon, those of a command that never looks are not', async (t) => {
    const { address } = await world(t);
    const take = async (name: Lockable, mode: 'exclusive' | 'shared') => {
      const locks = await AdvisoryLocks.take(
        new Hosts(address, 'of the test'),
        'of the test',
        [name],
        mode,
        'lvra',
        200,
      );
      t.after(() => locks.release());
      return locks;
    };
    await take('tns', 'exclusive');
    const stopped = await take('feature', 'shared');
    await stopped.assertHeld();
    const untilFree = async (): Promise<void> => {
      await take('feature', 'exclusive').catch((error) => {
        if (!(error instanceof LockHeld)) throw error;
        return untilFree();
      });
    };
    await untilFree();
    await assert.rejects(take('tns', 'exclusive'), LockHeld);
  });

  test('that another process took meanwhile are an error: this one must end', async (t) => {
    const { open, endSessions } = await world(t);
    const [service, run] = [await open(), await open()];
    await service.lock(['feature'], 'shared', 'lvra start feature');
    await endSessions();
    await untilHeld(run);
    await run.lock(['feature'], 'exclusive', 'lvra run');
    await assert.rejects(untilHeld(service), LockHeld);
  });
});
