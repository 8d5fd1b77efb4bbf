import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { nightOf } from '@lvra/core';
import { makePythonLedger, statusRows } from '@lvra/ledger/testing/ledgers';
import { dataPaths } from '@lvra/store';
import { runLvra, temporaryFolder } from '../../testing/run-lvra.js';

const YEARS = Array.from({ length: 10 }, (_, i) => String(2026 + i));

/** What Python's sqlite3 finds. */
function ask(database: string, query: string): unknown {
  const script =
    'import json, sqlite3, sys\nprint(json.dumps(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()))';
  return JSON.parse(execFileSync('python3', ['-c', script, database, query], { encoding: 'utf8' }));
}

describe('lvra init', () => {
  const { folder, remove } = temporaryFolder();
  after(remove);
  const root = join(folder, 'data', 'lvra');
  const database = join(root, 'db', 'log.db');

  test('makes the tree of the spec', async () => {
    const begun = new Date();
    const ran = await runLvra(['init'], { LVRA_DATA_ROOT: root });
    assert.equal(ran.code, 0, ran.stderr);
    // Midnight may have come meanwhile.
    const days = [begun, new Date()].map(nightOf);
    assert.deepEqual(readdirSync(root).sort(), ['JSON', 'csv', 'db', 'locks', 'logs', 'models']);
    for (const type of ['JSON', 'csv', 'logs']) {
      for (const year of YEARS) assert.ok(statSync(join(root, type, year)).isDirectory(), `${type}/${year}`);
      assert.ok(days.some((day) => existsSync(join(root, type, day.slice(0, 4), day))));
    }
    assert.deepEqual(readdirSync(join(root, 'locks')).sort(), [
      'annotate.lock',
      'consumer.lock',
      'predict.lock',
      'r0bfeatures.lock',
    ]);
    assert.ok(existsSync(database));
  });

  test('the database has the spec’s tables with their columns, for Python too', () => {
    const columns = (table: string) =>
      (ask(database, `SELECT name FROM pragma_table_info('${table}')`) as string[][]).flat();
    for (const table of ['feature_making', 'predict', 'annotating']) {
      assert.deepEqual(columns(table), ['stem', 'timestamp', 'r0b']);
    }
    assert.deepEqual(columns('diaobjid_stems'), ['diaObjectId', 'stem', 'timestamp']);
    assert.deepEqual(
      columns('provenance').slice(0, 7).sort(),
      ['ID', 'diaObjectId', 'diaSourceId', 'model_name', 'model_version', 'score', 'stem'].sort(),
    );
    assert.equal(columns('threshold_flags_provenance').length, 20);
  });

  test('log_schema.sql makes the same database', () => {
    const copy = join(folder, 'copy.db');
    execFileSync('python3', [
      '-c',
      'import sqlite3, sys\nsqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())',
      copy,
      join(root, 'db', 'log_schema.sql'),
    ]);
    const tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
    assert.deepEqual(ask(copy, tables), ask(database, tables));
  });

  test('leaves what is there as it is', async () => {
    const note = join(root, 'locks', 'predict.lock');
    writeFileSync(note, 'somebody’s');
    const old = join(folder, 'old');
    makePythonLedger(dataPaths(old).database, statusRows('20260301_000001', 1, -1, 40));
    const rows = () => ask(join(old, 'db', 'log.db'), 'SELECT * FROM annotating');
    const before = rows();
    for (const LVRA_DATA_ROOT of [root, old]) {
      const ran = await runLvra(['init'], { LVRA_DATA_ROOT });
      assert.equal(ran.code, 0, ran.stderr);
    }
    assert.equal(statSync(note).size, Buffer.byteLength('somebody’s'));
    assert.deepEqual(rows(), before);
  });
});
