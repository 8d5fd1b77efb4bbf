import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { escapeControl, escapeControlLines } from '@lvra/core';
import { Sqlite } from '@lvra/ledger/testing/sqlite';
import { FinishedNight } from './testing/finished-night.js';
import { runLvra } from './testing/run-lvra.js';

/** Colours, sets the title, clears the screen, turns the direction of writing, in one-byte form and as a new line. */
const HOSTILE = '\u001b[31m\u001b]0;owned\u0007\u009b2J\u202egpj.\r\n\u2028\u007f';
const COMMANDED = /(?!\n)[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Columns by which commands find a row, or whose values are of a fixed set. */
const KEPT = new Set([
  'stem',
  'stage',
  'vra',
  'model_name',
  'outcome',
  'site',
  'replayed_as',
  'version',
  'model_version',
]);

describe('a ledger whose texts are for a terminal to obey', { concurrency: 2 }, () => {
  let night: FinishedNight;
  let stem: string;
  let object: string;
  before(async () => {
    night = await FinishedNight.make();
    const database = new Sqlite(join(night.root, 'db', 'log.db'));
    stem = database.prepare('SELECT stem FROM quarantine LIMIT 1').pluck().get() as string;
    object = database.prepare('SELECT CAST(diaObjectId AS TEXT) FROM provenance LIMIT 1').pluck().get() as string;
    database
      .prepare("INSERT INTO work (stem, stage, vra, attempts, dead_at, error) VALUES (?, 'feature', 'r0b', 10, 1, ?)")
      .run(stem, HOSTILE);
    database.prepare('UPDATE feature_making SET r0b = 99 WHERE stem = ?').run(stem);
    database
      .prepare("INSERT INTO stage_pause (stage, vra, until, reason) VALUES ('annotate', 'r0b', 4102444800000, ?)")
      .run(HOSTILE);
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all() as string[];
    let changed = 0;
    for (const name of tables) {
      const columns = database.pragma(`table_info(${name})`) as { name: string; type: string; pk: number }[];
      for (const column of columns.filter(({ type, name, pk }) => type === 'TEXT' && pk === 0 && !KEPT.has(name))) {
        changed += database.prepare(`UPDATE ${name} SET ${column.name} = ${column.name} || ?`).run(HOSTILE).changes;
      }
    }
    assert.ok(changed > 100);
    database.close();
    mkdirSync(join(night.root, 'models'), { recursive: true });
  });
  after(() => night.close());

  const commands = () => [
    ['status'],
    ['status', '--json'],
    ['stem', stem],
    ['object', object],
    ['object', object, '--json'],
    ['dead'],
    ['quarantine', 'list', '--all'],
    ['quarantine', 'show', '1'],
    ['quarantine', 'replay', '1'],
    ['retry', stem, '--stage', 'feature'],
    ['verify'],
    ['verify', '--json'],
    ['tns-report', '--list'],
    ['model', 'list'],
    ['prune', '--older-than', '1d'],
    ['run', '--once', '--source', 'none'],
    ['stem', HOSTILE],
    ['frobnicate', HOSTILE],
    [`frob${HOSTILE}`],
  ];

  test('is printed as what it is, by every command, on both outputs, and in JSON that stays JSON', async () => {
    let shown = 0;
    for (const words of commands()) {
      const { stdout, stderr } = await runLvra(words, night.environment);
      assert.ok(!COMMANDED.test(stdout), `${words.join(' ')}: ${escapeControlLines(stdout)}`);
      assert.ok(!COMMANDED.test(stderr), `${words.join(' ')}: ${escapeControlLines(stderr)}`);
      if (words.includes('--json')) JSON.parse(stdout);
      if ((stdout + stderr).includes(escapeControl('\u001b]0;owned'))) shown++;
    }
    assert.ok(shown >= 5, `${shown} commands showed the text`);
  });
});
