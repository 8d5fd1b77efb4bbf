import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ledger } from '../ledger.js';
import { addRowsToChange, everyTransaction } from '../testing/every-transaction.js';
import { execute } from '../testing/look-inside.js';
import { ledgerPath } from '../testing/sqlite.js';
import { openConnection } from './connection.js';
import { SqliteDatabase } from './database.js';
import type { Connection } from './driver.js';

const KILLED = fileURLToPath(new URL('../testing/kill-main.js', import.meta.url));
const SOURCES = fileURLToPath(new URL('../../src', import.meta.url));
/** How many processes are killed at a time. */
const AT_ONCE = 4;

/** A ledger with rows for what only removes or reopens. */
async function prepare(t: TestContext): Promise<string> {
  const path = ledgerPath(t);
  const ledger = await Ledger.open(path, ['r0b'], { create: true });
  await execute(ledger, 'INSERT INTO predict (stem, r0b) VALUES (NULL, 0)');
  await addRowsToChange(ledger);
  await ledger.close();
  return path;
}

/** Every row of every table; times at which SQLite itself wrote a row are left out. */
function contentsOf(connection: Connection): string {
  const tables = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1").pluck().all();
  const rows = tables.map((table) => {
    const all = connection.prepare(`SELECT * FROM "${table}"`).all() as Record<string, unknown>[];
    return [table, all.map(({ timestamp: _, applied_at: __, ...row }) => row)];
  });
  return JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

function contentsOfFile(path: string): string {
  const connection = openConnection(path, { create: false });
  try {
    return contentsOf(connection);
  } finally {
    connection.close();
  }
}

/** A copy of a ledger in a folder of its own. */
function copyOf(path: string, name: string): string {
  const folder = join(dirname(path), name);
  cpSync(path, join(folder, 'log.db'));
  return join(folder, 'log.db');
}

test('every kind of write transaction is there whole or not at all, wherever its process is killed', async (t) => {
  const path = await prepare(t);
  const contents = [contentsOfFile(path)];
  const kinds: string[] = [];
  const { writing } = SqliteDatabase.prototype;
  t.mock.method(SqliteDatabase.prototype, 'writing', async function (this: SqliteDatabase, work: never) {
    kinds.push(
      /at (?:async )?(\w+\.#?\w+) \(.*\/ledger\/dist\/(?!sqlite)/.exec(new Error('where').stack ?? '')?.[1] ?? '',
    );
    const result = await writing.call(this, work);
    contents.push(contentsOf(SqliteDatabase.insideOf(this).connection));
    return result;
  });
  const reference = await Ledger.open(copyOf(path, 'reference'), ['r0b'], { create: false });
  await everyTransaction(reference);
  await reference.close();
  t.mock.restoreAll();

  const unchanged = kinds.filter((_, n) => contents[n] === contents[n + 1]);
  assert.deepEqual(unchanged, [], 'they would show nothing');
  assert.equal(new Set(kinds).size, kindsInSources(), [...new Set(kinds)].sort().join(', '));

  t.diagnostic(`${kinds.length} transactions of ${new Set(kinds).size} kinds`);
  const kills = kinds.flatMap((kind, n) => (['before', 'after'] as const).map((side) => ({ kind, n, side })));
  const killOne = async ({ kind, n, side }: (typeof kills)[number]) => {
    const copy = copyOf(path, `${n}-${side}`);
    const child = spawn(process.execPath, [KILLED, copy, String(n + 1), side], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [, signal] = await once(child, 'exit');
    assert.equal(signal, 'SIGKILL', `${kind}, ${side}`);
    assert.equal(contentsOfFile(copy), contents[side === 'before' ? n : n + 1], `${kind}, killed ${side} its commit`);
  };
  const killers = Array.from({ length: AT_ONCE }, async () => {
    for (let next = kills.shift(); next; next = kills.shift()) await killOne(next);
  });
  await Promise.all(killers);
});

/** How many methods of the ledger write. */
function kindsInSources(): number {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.test\.ts$|^(sqlite|postgres|move|testing)\//.test(file),
  );
  const text = files.map((file) => readFileSync(join(SOURCES, file), 'utf8')).join('');
  return text.match(/\bwriting\(/g)!.length;
}
