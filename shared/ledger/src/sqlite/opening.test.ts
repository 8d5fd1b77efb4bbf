import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { UsageError } from '@lvra/core';
import { runPython } from '@lvra/core/testing/python';
import { Ledger } from '../ledger.js';
import { addStem, makePythonLedger, newLedger } from '../testing/ledgers.js';
import { rowsIn } from '../testing/look-inside.js';
import { ledgerPath } from '../testing/sqlite.js';
import { openConnection } from './connection.js';
import { migrateTo } from './migrations.js';

const TABLES = 'feature_making predict annotating diaobjid_stems provenance threshold_flags_provenance'.split(' ');

/** Every row of the team's six tables, or what they are made of, as Python sees them. */
function throughPython(path: string, query: 'SELECT * FROM {}' | 'PRAGMA table_info({})'): string {
  const program = `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
for table in sys.argv[3:]:
    print(table)
    for row in connection.execute(sys.argv[2].format(table)):
        print(row)`;
  return runPython(program, '', path, query, ...TABLES);
}

const PYTHON_ROWS = `
INSERT INTO feature_making VALUES ('20260127_105636', '2026-01-27 11:00:00', 1), ('20260127_111728', '2026-01-27 11:30:00', 0),
  ('20260127_111729', '2026-01-27 11:30:01', -1), ('20260127_111730', '2026-01-27 11:30:02', 21),
  ('20260127_111731', '2026-01-27 11:30:03', 30), ('20260127_111732', '2026-01-27 11:30:04', 99),
  ('20260127_111733', '2026-01-27 11:30:05', NULL);
INSERT INTO predict VALUES ('20260127_105636', '2026-01-27 11:00:01', 1), ('20260127_111729', '2026-01-27 11:30:01', 31);
INSERT INTO annotating VALUES ('20260127_105636', '2026-01-27 11:00:02', -1);
INSERT INTO diaobjid_stems VALUES (169755827469549632, '20260128_154837', '2026-01-28 15:49:00'), (9223372036854775807, 'x', 'y');
INSERT INTO provenance VALUES (1, 170019716327800983, 170046091000545381, '20260223_193401', 0.963998322011434, 'r0b', 'a1',
  '2026-02-24 05:18:57'), (7, NULL, NULL, NULL, NULL, NULL, NULL, '2026-02-24 05:18:57');
INSERT INTO threshold_flags_provenance (ID, diaObjectId, stem, n_gt22) VALUES (3, 170019716327800983, '20260223_193401', NULL);
`;

describe('opening a ledger of SQLite', () => {
  test('that the Python pipeline made changes no row of it, and Python can continue with it', async (t) => {
    const path = ledgerPath(t);
    makePythonLedger(path, PYTHON_ROWS);
    const [rows, columns] = [throughPython(path, 'SELECT * FROM {}'), throughPython(path, 'PRAGMA table_info({})')];
    const ledger = await Ledger.open(path, ['r0b'], { create: false });
    t.after(() => ledger.close());
    assert.equal(throughPython(path, 'SELECT * FROM {}'), rows);
    assert.equal(throughPython(path, 'PRAGMA table_info({})'), columns);
    // While it is open here, Python registers a stem as its consumer does.
    runPython(
      `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
for table in ('feature_making', 'predict', 'annotating'):
    connection.execute(f'INSERT INTO {table} (stem, r0b) VALUES (?, 0)', ('20260301_000001',))
connection.execute("UPDATE feature_making SET r0b = 1 WHERE stem = '20260127_111728'")
connection.commit()`,
      '',
      path,
    );
    assert.equal(await ledger.work('annotate', 'r0b').status('20260301_000001'), 0);
    assert.equal(await ledger.work('feature', 'r0b').status('20260127_111728'), 1);
  });

  test('that is new gives it the tables of the spec, column by column', async (t) => {
    const spec = ledgerPath(t);
    makePythonLedger(spec);
    const { name } = await newLedger(t);
    assert.equal(throughPython(name, 'PRAGMA table_info({})'), throughPython(spec, 'PRAGMA table_info({})'));
  });

  test('again changes nothing', async (t) => {
    const path = ledgerPath(t);
    await (await Ledger.open(path, ['r0b'], { create: true })).close();
    const program = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).iterdump(), sep='\\n')";
    const before = runPython(program, '', path);
    await (await Ledger.open(path, ['r0b'], { create: false })).close();
    assert.equal(runPython(program, '', path), before);
  });

  test('refuses a VRA that has a column in other letter case, with advice, and changes nothing', async (t) => {
    const path = ledgerPath(t);
    makePythonLedger(path, PYTHON_ROWS);
    const columns = throughPython(path, 'PRAGMA table_info({})');
    const message = /^the VRA R0B cannot have a column: feature_making has the column r0b, .* set MODEL_NAME to r0b/;
    await assert.rejects(() => Ledger.open(path, ['agn', 'R0B'], { create: false }), { name: 'UsageError', message });
    assert.equal(throughPython(path, 'PRAGMA table_info({})'), columns);
  });

  test('that is missing is a usage error, unless it is to be created', async (t) => {
    const path = ledgerPath(t);
    await assert.rejects(() => Ledger.open(path, ['r0b'], { create: false }), UsageError);
    assert.equal(existsSync(path), false);
    await (await Ledger.open(path, ['r0b'], { create: true })).close();
    await (await Ledger.open(path, ['r0b'], { create: false })).close();
  });

  test('of a release before keeps what is in quarantine, and the views that an operator made', async (t) => {
    const path = ledgerPath(t);
    makePythonLedger(path, 'CREATE VIEW broken AS SELECT * FROM nowhere;');
    const before = openConnection(path, { create: false });
    migrateTo(before, 10);
    before.exec(`
      CREATE TABLE lvra_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT current_timestamp);
      INSERT INTO lvra_migration (number, name) VALUES (10, 'before');
      CREATE VIEW aside AS SELECT ID, stem, kafka_offset FROM quarantine;
      INSERT INTO quarantine (ID, stem, stage, position, reason, detail, path, bytes, kafka_offset, at)
        VALUES (7, '20260301_000001', 'consumer', 0, 'not_json', 'why', 'a/path', 1, 9007199254740993, 0);`);
    before.close();
    const ledger = await Ledger.open(path, ['r0b'], { create: false });
    t.after(() => ledger.close());
    const row = { ID: 7n, stem: '20260301_000001', kafka_offset: 9007199254740993n };
    assert.deepEqual(await rowsIn(ledger, 'SELECT * FROM aside'), [row]);
    assert.equal((await ledger.quarantine.get(7n))?.offset, 9007199254740993n);
  });

  test('of the previous release counts what Lasair took within the last day, so that a night continues', async (t) => {
    const path = ledgerPath(t);
    makePythonLedger(path);
    const now = Date.now();
    const hour = 3_600_000;
    const before = openConnection(path, { create: false });
    migrateTo(before, 17);
    before.exec(`
      CREATE TABLE lvra_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT current_timestamp);
      INSERT INTO lvra_migration (number, name) VALUES (17, 'before');
      INSERT INTO provenance (ID, diaObjectId, diaSourceId, stem, score, model_name)
        VALUES (1, 1, 11, 's', 0.5, 'r0b'), (2, 2, 12, 's', 0.5, 'r0b'), (3, 3, 13, 's', 0.5, 'agn'), (4, 4, 14, 's', 0.5, 'r0b');
      INSERT INTO source (diaSourceId, midpointMjdTai, received_ms) VALUES (11, 1, ${now - hour - 61_000}), (12, 1, ${now - hour - 5_000});
      INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (1, 'accepted', ${now - hour}),
        (2, 'accepted', ${now - hour}), (3, 'accepted', ${now - hour}), (4, 'accepted', ${now - 25 * hour});`);
    before.close();
    const ledger = await Ledger.open(path, ['r0b'], { create: false });
    t.after(() => ledger.close());
    assert.deepEqual(await ledger.flow.annotatedSince('r0b', 0), { alerts: 2, late: 1 });
    assert.deepEqual(await ledger.flow.annotatedSince('agn', 0), { alerts: 1, late: 0 });
  });

  test('of a newer release says what to do', async (t) => {
    const path = ledgerPath(t);
    await (await Ledger.open(path, ['r0b'], { create: true })).close();
    runPython(
      `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("INSERT INTO lvra_migration (number, name) VALUES (999, 'from the future')")
connection.commit()`,
      '',
      path,
    );
    await assert.rejects(
      () => Ledger.open(path, ['r0b'], { create: false }),
      /migration 999.*upgrade this installation/,
    );
  });

  test('that is no database, or no file, is a usage error and leaves it as it is', async (t) => {
    const path = ledgerPath(t);
    mkdirSync(dirname(path));
    const letter = 'this is no database, and long enough to be looked at as one '.repeat(20);
    writeFileSync(path, letter);
    const unusable = { name: 'UsageError', message: /^the ledger .*log\.db cannot be used: .*SQLite database$/ };
    await assert.rejects(() => Ledger.open(path, ['r0b'], { create: true }), unusable);
    assert.equal(readFileSync(path, 'utf8'), letter);
    await assert.rejects(() => Ledger.open(dirname(path), ['r0b'], { create: false }), UsageError);
  });

  test('on a volume that takes no writes is a usage error', async (t) => {
    const path = ledgerPath(t);
    const open = `import { Ledger } from ${JSON.stringify(new URL('../ledger.js', import.meta.url).href)};
      await Ledger.open(process.argv[1], ['r0b'], { create: true });`;
    // As many blocks as a file may have: to the next write it is a full disk.
    const args = ['-c', 'ulimit -f 16; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', open, path];
    const { status, stderr } = spawnSync('sh', args, { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /UsageError: the ledger .*log\.db cannot be used: .*; make room on its volume/);
  });

  test('that is new, by four processes at the same moment, forty times, never fails', async (t) => {
    const folder = dirname(ledgerPath(t));
    const program = `
      import { Ledger } from ${JSON.stringify(new URL('../ledger.js', import.meta.url).href)};
      const [folder, start] = process.argv.slice(1);
      for (let round = 0; round < 40; round++) {
        while (Date.now() < Number(start) + round * 40);
        await (await Ledger.open(folder + '/' + round + '/log.db', ['r0b', 'agn'], { create: true })).close();
      }`;
    const start = String(Date.now() + 700);
    const open = () =>
      new Promise<string>((resolve) => {
        let said = '';
        const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder, start]);
        child.stderr.on('data', (text) => {
          said += text;
        });
        child.once('close', (code) => resolve(`${said}exit ${code}`));
      });
    assert.deepEqual(await Promise.all([open(), open(), open(), open()]), Array(4).fill('exit 0'));
  });
});

test('ids of 63 bits are the same integers to Python', async (t) => {
  const ledger = await newLedger(t);
  const [diaObjectId, diaSourceId] = [9223372036854775807n, 170046091000545381n];
  await addStem(ledger, '20260301_000001');
  const flags = { count: [1, 0, 0, 0, 0], first: [1, 0, 0, 0, 0] as const };
  const row = { diaObjectId, diaSourceId, midpointMjdTai: 61000.5, receivedMs: undefined, flags };
  const settlement = { status: 1, now: 5, durationMs: 1 } as const;
  await ledger.results.recordFeatures(ledger.work('feature', 'r0b'), '20260301_000001', [row], [], settlement);
  const score = { diaObjectId, diaSourceId, score: 0.963998322011434 };
  const model = { name: 'r0b', version: 'a1' };
  await ledger.results.recordScores(ledger.work('predict', 'r0b'), '20260301_000001', model, [score], settlement);
  const rows = runPython(
    `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute('SELECT diaObjectId, diaSourceId, typeof(diaSourceId), n_gt22, brighter22, first22, first18 FROM threshold_flags_provenance').fetchall())
print(connection.execute('SELECT diaObjectId, diaSourceId, stem, score, model_name, model_version FROM provenance').fetchall())`,
    '',
    ledger.name,
  );
  assert.equal(
    rows,
    "[(9223372036854775807, 170046091000545381, 'integer', 1, 1, 1, 0)]\n" +
      "[(9223372036854775807, 170046091000545381, '20260301_000001', 0.963998322011434, 'r0b', 'a1')]\n",
  );
});
