import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type Postgres, startPostgres } from '@lvra/test-servers/postgres';
import { assertMovedAway } from '../index.js';
import { Ledger } from '../ledger.js';
import { addRowsToChange, everyTransaction } from '../testing/every-transaction.js';
import { LedgerStages } from '../testing/ledger-stages.js';
import { execute, tuplesIn } from '../testing/look-inside.js';
import { serverOf } from '../testing/postgres.js';
import { ledgerPath, Sqlite } from '../testing/sqlite.js';
import { moveToFile, moveToServer } from './move.js';

const VRAS = ['r0b', 'Agn'];
/** All tables with rows of an alert, in full; of the others at least some. */
const TABLES = [
  ...['feature_making', 'predict', 'annotating', 'diaobjid_stems', 'provenance', 'threshold_flags_provenance', 'batch'],
  ...['batch_offsets', 'kafka_position', 'kafka_trail', 'kafka_turn', 'work', 'stem_event', 'quarantine', 'source'],
  ...['annotation', 'annotation_outcome', 'lasair_call', 'annotated_minute', 'score_count', 'checksum'],
  ...['tns_submission', 'tns_report'],
];

const nothing = () => {};

async function contentsOf(ledger: Ledger): Promise<Record<string, unknown[]>> {
  const contents: Record<string, unknown[]> = {};
  for (const table of TABLES) contents[table] = await tuplesIn(ledger, `SELECT * FROM ${table} ORDER BY 1, 2`);
  return contents;
}

/** A ledger that has seen everything. @param alerts of each of its three stems: those of many are moved in several pages */
async function filled(t: TestContext, alerts = 10): Promise<string> {
  const path = ledgerPath(t);
  const ledger = await Ledger.open(path, VRAS, { create: true });
  await addRowsToChange(ledger);
  await everyTransaction(ledger);
  const stages = new LedgerStages(ledger, 0);
  for (let number = 0; number < 3; number++) await stages.run({ number, alerts, objects: 1_000 });
  const odd = 'INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name) VALUES (?, ?, ?, ?, ?)';
  for (const score of [1e308 * 10, -1e308 * 10, 5e-324, 0.1 + 0.2, 0, null]) {
    await execute(
      ledger,
      odd,
      9_223_372_036_854_775_807n,
      -9_223_372_036_854_775_808n,
      'naïve \u{1f52d}',
      score,
      'r0b',
    );
  }
  await ledger.close();
  return path;
}

describe('moving a ledger', () => {
  let server: Postgres;
  let databases = 0;
  before(async () => {
    server = await startPostgres({ fsync: false });
  });
  after(() => server.stop());

  async function newServer() {
    const name = `moved${databases++}`;
    await server.createDatabase(name);
    return serverOf(server.address(name));
  }
  const open = async (t: TestContext, address: Parameters<typeof Ledger.open>[0]) => {
    const ledger = await Ledger.open(address, VRAS, { create: false });
    t.after(() => ledger.close());
    return ledger;
  };

  test('to a server and back changes no value, and each goes on with IDs after the others', async (t) => {
    const path = await filled(t, 2_000);
    const before = await Ledger.open(path, VRAS, { create: false });
    const [contents, id] = [await contentsOf(before), before.id];
    await before.close();
    const address = await newServer();
    const { tables } = await moveToServer(path, address, nothing);
    assert.equal(tables.find(({ table }) => table === 'provenance')?.rows, contents.provenance?.length);
    const moved = await Ledger.open(address, VRAS, { create: false });
    assert.equal(moved.id, id);
    assert.deepEqual(await contentsOf(moved), contents);
    const add = "INSERT INTO provenance (diaObjectId, stem) VALUES (1, 'later')";
    await execute(moved, add);
    const last = await contentsOf(moved);
    assert.equal(last.provenance?.length, contents.provenance!.length + 1);
    await moved.close();

    await moveToFile(address, path, join(dirname(path), 'aside'), nothing);
    const back = await open(t, path);
    assert.equal(back.id, id);
    assert.deepEqual(await contentsOf(back), last);
    await execute(back, add);
    await assert.rejects(
      Ledger.open(address, VRAS, { create: false }),
      /was moved to \S+log\.db, and is not used any more/,
    );
  });

  test('gives the file up, which refuses to be used, and a server whose data folder has one that was not moved', async (t) => {
    const path = await filled(t);
    const address = await newServer();
    assert.throws(
      () => assertMovedAway(path, address),
      /there is a ledger at \S+log\.db, and the settings name postgres:/,
    );
    await moveToServer(path, address, nothing);
    assertMovedAway(path, address);
    await assert.rejects(Ledger.open(path, VRAS, { create: true }), {
      name: 'UsageError',
      message:
        /log\.db was moved to postgres:\/\/127\.0\.0\.1:\d+\/moved\d+, and is not used any more: set ledger to that/,
    });
    await assert.rejects(
      moveToServer(path, await newServer(), nothing),
      /was moved to postgres:.*there is nothing to move/,
    );
    await assert.rejects(moveToServer(path, address, nothing), /was moved to postgres:.*there is nothing to move/);
  });

  test('that was broken off is used by nobody, and goes on where it was', async (t) => {
    const path = await filled(t, 2_000);
    const before = await Ledger.open(path, VRAS, { create: false });
    const contents = await contentsOf(before);
    await before.close();
    const address = await newServer();
    for (const at of ['provenance', 'quarantine', 'comparing']) {
      const stop = (what: string, table: string) => {
        if (what === at || (what === 'copying' && table === at)) throw new Error('the power went');
      };
      await assert.rejects(moveToServer(path, address, stop), /the power went/);
      await assert.rejects(Ledger.open(address, VRAS, { create: true }), {
        name: 'UsageError',
        message: /is not all there yet: it is being moved from \S+log\.db; run `lvra ledger move` again/,
      });
      await (await Ledger.open(path, VRAS, { create: false })).close();
    }
    let copied = 0;
    await moveToServer(path, address, (what, table) => {
      if (what === 'copying' && table === 'provenance') copied++;
    });
    assert.equal(copied, 0, 'what is there is not copied again');
    assert.deepEqual(await contentsOf(await open(t, address)), contents);
  });

  test('finds out if the copy is not the same, and leaves the source in use', async (t) => {
    const path = await filled(t);
    const address = await newServer();
    const stop = (what: string) => {
      if (what === 'comparing') throw new Error('the power went');
    };
    await assert.rejects(moveToServer(path, address, stop), /the power went/);
    const sql = 'UPDATE provenance SET score = score + 1e-9 WHERE ID = 5';
    await server.hosts[0]?.query(sql, address.database);
    await assert.rejects(moveToServer(path, address, nothing), /provenance is not the same in postgres:/);
    await (await Ledger.open(path, VRAS, { create: false })).close();
  });

  test('refuses a server that has a ledger, and one that another process works on', async (t) => {
    const path = await filled(t);
    const address = await newServer();
    const other = await Ledger.open(address, VRAS, { create: true });
    t.after(() => other.close());
    await other.lock(['feature'], 'shared', 'lvra start feature');
    await assert.rejects(moveToServer(path, address, nothing), {
      name: 'LockHeld',
      message: /held by lvra start feature/,
    });
    await other.batches.reserveStem('me', new Date());
    await other.close();
    await assert.rejects(moveToServer(path, address, nothing), /has another ledger already \(rows in batch\)/);
  });

  for (const [sql, words] of [
    [
      `UPDATE provenance SET model_name = 'r0b' || char(0) WHERE ID = 2`,
      /provenance, row ID 2, model_name has a byte of zero/,
    ],
    [
      `UPDATE provenance SET model_name = CAST(x'72ff' AS TEXT) WHERE ID = 2`,
      /row ID 2, model_name has bytes that are no UTF-8/,
    ],
    [
      `UPDATE provenance SET diaObjectId = 'text' WHERE ID = 2`,
      /provenance, row of ID 2, diaObjectId is 'text', which is not of its/,
    ],
    [`INSERT INTO predict (stem) VALUES (NULL)`, /predict, row stem null, stem is NULL/],
  ] as const) {
    test(`names what cannot be kept: ${sql}`, async (t) => {
      const path = await filled(t);
      const connection = new Sqlite(path);
      connection.exec(sql);
      connection.close();
      await assert.rejects(moveToServer(path, await newServer(), nothing), { name: 'UsageError', message: words });
      await (await Ledger.open(path, VRAS, { create: false })).close();
      rmSync(path);
    });
  }
});
