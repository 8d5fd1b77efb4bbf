import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { dataPaths } from '@lvra/store';
import { POSTGRES_PASSWORD, startPostgres } from '@lvra/test-servers/postgres';
import { visit } from './browser/chromium.js';
import { onePageOfEachPath } from './crawl.js';
import { type Night, ordinaryNight, pythonNight, realNight } from './nights/nights.js';
import type { World } from './world.js';

export function otherNights(world: World): void {
  async function assertAllReadable(name: string, make: () => Promise<Night>): Promise<Night> {
    const { night, pages } = await world.show(name, make);
    const found = await pages();
    assert.deepEqual(
      found
        .filter(({ status, text }) => status !== 200 && !text.includes('The files of the night'))
        .map((each) => `${each.status} ${each.address}`),
      [],
    );
    assert.ok(
      found.some(({ address }) => address.includes('/objects/')),
      'no object is reached',
    );
    const addresses = onePageOfEachPath(found).map((each) => each.address);
    assert.deepEqual(await visit(await world.browser(), addresses), []);
    return night;
  }

  describe('every page works', () => {
    test('on real alerts', async () => {
      await assertAllReadable('real', realNight);
    });

    test('on a log.db of the Python pipeline, which stays as it is, and alone', async () => {
      let before = '';
      const night = await assertAllReadable('python', async () => {
        const made = await pythonNight();
        before = filesOf(made.root);
        return made;
      });
      assert.equal(filesOf(night.root), before);
    });

    test('on PostgreSQL', async () => {
      const server = await startPostgres({ fsync: false });
      world.onEnd(() => server.stop());
      await server.createDatabase('console');
      const ledger = {
        LVRA_LEDGER: server.address('console'),
        LVRA_LEDGER_PASSWORD: POSTGRES_PASSWORD,
        LVRA_LEDGER_SINGLE_SERVER: 'yes',
      };
      await assertAllReadable('postgres', () => ordinaryNight(ledger));
    });
  });
}

/** What lies beside the ledger, and the ledger itself. */
function filesOf(root: string): string {
  const { database } = dataPaths(root);
  const hash = createHash('sha256').update(readFileSync(database)).digest('hex');
  return `${hash} ${readdirSync(dataPaths(root).root, { recursive: true }).join()}`;
}
