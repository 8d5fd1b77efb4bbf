import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type LedgerServer, UsageError } from '@lvra/core';
import { runPython } from '@lvra/core/testing/python';
import { type Postgres, startPostgres } from '@lvra/test-servers/postgres';
import { assertMovedAway, LedgerUnavailable } from '../index.js';
import { Ledger } from '../ledger.js';
import { addRowsToChange, everyTransaction } from '../testing/every-transaction.js';
import { LedgerStages } from '../testing/ledger-stages.js';
import { execute, tuplesIn } from '../testing/look-inside.js';
import { PostgresDatabase, serverOf } from '../testing/postgres.js';
import { ledgerPath, Sqlite } from '../testing/sqlite.js';
import { moveToFile, moveToServer } from './move.js';

const VRAS = ['r0b', 'Agn'];
/** All tables with rows of an alert, in full; of the others at least some. */
const TABLES = [
  ...['feature_making', 'predict', 'annotating', 'diaobjid_stems', 'provenance', 'threshold_flags_provenance', 'batch'],
  ...[
    'batch_offsets',
    'kafka_position',
    'kafka_trail',
    'kafka_turn',
    'work',
    'stem_event',
    'quarantine',
    'source',
    'alert_place',
  ],
  ...['annotation', 'annotation_outcome', 'lasair_call', 'annotated_minute', 'score_count', 'checksum'],
  ...['tns_submission', 'tns_report'],
];

const nothing = () => {};
const KILL_MAIN = fileURLToPath(new URL('../testing/move-kill-main.js', import.meta.url));

/** As the Python pipeline writes. */
function changeByPython(path: string, sql: string): void {
  runPython('import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as c: c.execute(sys.stdin.read())', sql, path);
}

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
    const path = await filled(t, 1_500);
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
      /was moved to \S+log\.db, and is not used any more: set ledger to nothing/,
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

  /** Which of the two ledgers opens. */
  async function opening(path: string, address: LedgerServer): Promise<string[]> {
    const found: string[] = [];
    for (const [name, each] of [
      ['file', path],
      ['server', address],
    ] as const) {
      try {
        await (await Ledger.open(each, VRAS, { create: false })).close();
        found.push(name);
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
        assert.match(error.message, /is not all there yet|was moved to|there is no ledger/);
      }
    }
    return found;
  }

  test('whose process is killed at any point goes on, and never can both ledgers be used', async (t) => {
    const path = await filled(t, 1_500);
    const before = await Ledger.open(path, VRAS, { create: false });
    const contents = await contentsOf(before);
    await before.close();
    const address = await newServer();
    const database = server.address(address.database);
    const killed = (direction: 'server' | 'file', point: string) => {
      const { signal, stderr } = spawnSync(process.execPath, [KILL_MAIN, direction, path, database, point], {
        encoding: 'utf8',
      });
      assert.equal(signal, 'SIGKILL', `${point}: ${stderr}`);
      return opening(path, address);
    };
    assert.deepEqual(await killed('server', 'copying provenance'), ['file']);
    assert.deepEqual(await killed('server', 'copying quarantine'), ['file']);
    assert.deepEqual(await killed('server', 'comparing source'), ['file']);
    assert.deepEqual(await killed('server', 'given up'), []);
    assert.deepEqual(await killed('server', 'taken into use'), ['server']);
    const onServer = await Ledger.open(address, VRAS, { create: false });
    assert.deepEqual(await contentsOf(onServer), contents);
    await onServer.close();

    assert.deepEqual(await killed('file', 'copying provenance'), ['server']);
    assert.deepEqual(await killed('file', 'given up'), []);
    assert.deepEqual(await killed('file', 'taken into use /\\S+arriving'), []);
    assert.deepEqual(await killed('file', 'taken into use /\\S+log.db$'), ['file']);
    assert.deepEqual(await contentsOf(await open(t, path)), contents);
    await assert.rejects(
      moveToFile(address, path, join(dirname(path), 'again'), nothing),
      /was moved to \S+log\.db before, and is there/,
    );
    assert.deepEqual(
      readdirSync(dirname(path)).filter((name) => name.startsWith('log.db.arriving')),
      [],
    );
  });

  test('copies a table again that somebody changed after an earlier copy was broken off', async (t) => {
    const path = await filled(t);
    const address = await newServer();
    const stop = (what: string) => {
      if (what === 'comparing') throw new Error('the power went');
    };
    await assert.rejects(moveToServer(path, address, stop), /the power went/);
    const between = await Ledger.open(path, VRAS, { create: false });
    await execute(between, 'UPDATE provenance SET score = score + 1e-9 WHERE ID = 5');
    await execute(between, "DELETE FROM stem_event WHERE stage = 'feature'");
    const contents = await contentsOf(between);
    await between.close();
    const again: string[] = [];
    await moveToServer(path, address, (what, table) => what === 'copying again' && again.push(table));
    assert.deepEqual(again.sort(), ['provenance', 'stem_event']);
    assert.deepEqual(await contentsOf(await open(t, address)), contents);
  });

  test('finds out if the copy is not the same, and leaves the source in use', async (t) => {
    const path = await filled(t);
    const address = await newServer();
    await (await Ledger.open(address, VRAS, { create: true })).close();
    await server.hosts[0]?.query(
      `CREATE FUNCTION lengthen() RETURNS trigger AS $$ BEGIN NEW.detail := NEW.detail || 'x'; RETURN NEW; END $$ LANGUAGE plpgsql;
       CREATE TRIGGER lengthen BEFORE INSERT ON quarantine FOR EACH ROW EXECUTE FUNCTION lengthen()`,
      address.database,
    );
    await assert.rejects(moveToServer(path, address, nothing), /quarantine is not the same in postgres:.*copied twice/);
    assert.deepEqual(await opening(path, address), ['file']);
  });

  test('leaves a file that Python cannot change, and comes back to one that it can', async (t) => {
    const path = await filled(t);
    const address = await newServer();
    await moveToServer(path, address, nothing);
    const statements = [
      "INSERT INTO feature_making (stem) VALUES ('20260301_000009')",
      'UPDATE predict SET r0b = 1',
      'DELETE FROM diaobjid_stems',
    ];
    for (const sql of statements) {
      assert.throws(() => changeByPython(path, sql), /the ledger was moved to postgres:\/\/127\.0\.0\.1:\d+\/moved/);
    }
    const aside = join(dirname(path), 'aside');
    await moveToFile(address, path, aside, nothing);
    assert.deepEqual(readdirSync(dirname(path)).sort(), ['aside', 'log.db'], 'at rest');
    for (const sql of statements) changeByPython(path, sql);
    assert.ok(existsSync(join(aside, 'log.db')));
  });

  test('refuses to take the place of a ledger that was not moved away', async (t) => {
    const address = await newServer();
    await (await Ledger.open(address, VRAS, { create: true })).close();
    const path = await filled(t);
    await assert.rejects(
      moveToFile(address, path, join(dirname(path), 'aside'), nothing),
      /there is a ledger at \S+log\.db that was not moved away, and nothing was changed/,
    );
    assert.deepEqual(await opening(path, address), ['file', 'server']);
  });

  test('takes along VRAs of the past and any text, and names what others added', async (t) => {
    const path = await filled(t);
    changeByPython(path, 'ALTER TABLE predict ADD COLUMN old_one INTEGER');
    changeByPython(path, 'UPDATE predict SET old_one = 21');
    changeByPython(path, 'ALTER TABLE provenance ADD COLUMN note TEXT');
    changeByPython(path, 'CREATE TABLE of_the_team (a)');
    // What decoded bytes that are no text left behind is text.
    changeByPython(path, "UPDATE quarantine SET detail = 'at ' || char(65533) || char(10) WHERE ID = 1");
    const address = await newServer();
    const { left } = await moveToServer(path, address, nothing);
    assert.deepEqual(left, ['the table of_the_team', 'the column note of provenance']);
    const ledger = await Ledger.open(address, [...VRAS, 'old_one'], { create: false });
    t.after(() => ledger.close());
    assert.deepEqual(await tuplesIn(ledger, 'SELECT DISTINCT old_one FROM predict'), [[21n]]);
    assert.deepEqual(await tuplesIn(ledger, 'SELECT detail FROM quarantine WHERE ID = 1'), [['at \ufffd\n']]);
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

  test('gives up where the locks were lost on the way: another process may have written', async (t) => {
    const path = await filled(t);
    const address = await newServer();
    const { adoptKeys } = PostgresDatabase.prototype;
    t.mock.method(PostgresDatabase.prototype, 'adoptKeys', async function lose(this: PostgresDatabase) {
      const ended = await server.hosts[0]!.query(
        `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
         WHERE application_name LIKE 'lvra ledger move %' AND datname = '${address.database}'`,
      );
      assert.equal(ended.length, 1);
      await adoptKeys.call(this);
    });
    await assert.rejects(moveToServer(path, address, nothing), LedgerUnavailable);
    await (await open(t, path)).close();
    t.mock.restoreAll();
    await moveToServer(path, address, nothing);
  });

  test('names all that no other ledger can keep, and moves nothing', async (t) => {
    const path = await filled(t);
    const connection = new Sqlite(path);
    connection.exec(`
      UPDATE provenance SET model_name = 'r0b' || char(0) WHERE ID = 2;
      UPDATE provenance SET model_name = CAST(x'72ff' AS TEXT), diaObjectId = 'text' WHERE ID = 3;
      INSERT INTO predict (stem) VALUES (NULL)`);
    connection.close();
    const address = await newServer();
    await assert.rejects(moveToServer(path, address, nothing), (error: Error) => {
      assert.equal(error.name, 'UsageError');
      for (const words of [
        /provenance, row ID 2: model_name has a byte of zero/,
        /provenance, row ID 3: model_name has bytes that are no UTF-8/,
        /provenance, row ID 3: diaObjectId is not of its type \('text'\)/,
        /predict, row stem NULL: stem is NULL in a key/,
      ]) {
        assert.match(error.message, words);
      }
      return true;
    });
    assert.deepEqual(await opening(path, address), ['file']);
  });
});
