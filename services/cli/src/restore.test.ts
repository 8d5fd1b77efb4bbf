import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Ledger } from '@lvra/ledger';
import { Sqlite } from '@lvra/ledger/testing/sqlite';
import { restore } from '@lvra/operations';
import { takeLocks } from '@lvra/runtime';
import { simulateAlerts } from '@lvra/simulator';
import { type DataPaths, dataPaths } from '@lvra/store';
import { runLvra, temporaryFolder } from './testing/run-lvra.js';

const stemsOf = (database: string): string[] => {
  const ledger = new Sqlite(database, { readonly: true });
  const stems = ledger.prepare<[], string>('SELECT stem FROM feature_making ORDER BY stem').pluck().all();
  ledger.close();
  return stems;
};

/** What only a user who is root can give away. */
const OWNER = process.getuid?.() === 0 ? 65_534 : (process.getuid?.() ?? 0);
const ownerOf = (path: string) => statSync(path).uid;

/** Writes a stem and is gone, with the last transactions in log.db-wal. */
const KILLED = `
import { Ledger } from ${JSON.stringify(import.meta.resolve('@lvra/ledger'))};
import { execute } from ${JSON.stringify(import.meta.resolve('@lvra/ledger/testing/look-inside'))};
const ledger = await Ledger.open(process.argv[1], ["r0b"], { create: false });
await execute(ledger, "INSERT INTO feature_making (stem, r0b) VALUES ('20260301_000000', 1)");
process.kill(process.pid, 'SIGKILL');`;

describe('lvra restore', () => {
  const { folder, remove } = temporaryFolder();
  const root = join(folder, 'data');
  const paths = dataPaths(root);
  const environment = { LVRA_DATA_ROOT: root, LVRA_DRY_RUN: 'yes' };
  const copy = join(folder, 'backup.db');
  let early: string[] = [];
  let late = '';

  const lvra = async (...words: string[]) => {
    const ran = await runLvra(words, environment);
    assert.equal(ran.code, 0, `lvra ${words.join(' ')}: ${ran.stdout}${ran.stderr}`);
    return ran;
  };

  before(async () => {
    const alerts = simulateAlerts({ seed: 5 });
    const write = (name: string) => {
      const lines = Array.from({ length: 30 }, () => alerts.next().value.text);
      writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
      return join(folder, name);
    };
    await lvra('init');
    await lvra('run', '--once', '--source', 'replay', '--replay-path', write('early.ndjson'));
    await lvra('backup', copy);
    early = stemsOf(copy);
    await lvra('run', '--once', '--source', 'replay', '--replay-path', write('late.ndjson'));
    late = stemsOf(paths.database).find((stem) => !early.includes(stem)) ?? '';
    chownSync(root, OWNER, OWNER);
    for (const path of [dirname(paths.database), paths.database]) chownSync(path, OWNER, OWNER);
  });
  after(remove);

  /** A data folder of its own, as this one was at the beginning. */
  function another(name: string): DataPaths {
    const its = dataPaths(join(folder, name));
    mkdirSync(dirname(its.database), { recursive: true });
    cpSync(paths.database, its.database);
    return its;
  }

  test('refuses while a service works on the data folder, and says which', async () => {
    const locks = takeLocks(paths, ['feature'], 'shared', 'the feature service');
    try {
      const { code, stderr } = await runLvra(['restore', copy], environment);
      assert.equal(code, 3, stderr);
      assert.match(stderr, new RegExp(`^lvra: .*r0bfeatures\\.lock is held by process ${process.pid} `));
      assert.ok(stemsOf(paths.database).includes(late));
    } finally {
      locks.release();
    }
  });

  test('takes nothing that is no copy of this ledger, and changes nothing then', async () => {
    const its = another('refusing');
    const stranger = join(folder, 'stranger.db');
    await (await Ledger.open(stranger, ['r0b'], { create: true })).close();
    const damaged = join(folder, 'damaged.db');
    writeFileSync(damaged, readFileSync(copy).fill(0x5a, 4096, 3 * 4096));
    const newer = join(folder, 'newer.db');
    cpSync(copy, newer);
    const ofNewer = new Sqlite(newer);
    ofNewer.exec("INSERT INTO lvra_migration (number, name) VALUES (999, 'to come')");
    ofNewer.close();
    const other = join(folder, 'other.db');
    new Sqlite(other).exec('CREATE TABLE other (id)').close();
    const bytes = readFileSync(its.database);
    for (const [path, complaint] of [
      [stranger, /is of another data folder than this one/],
      [damaged, /damaged\.db is (no ledger, or )?damaged/],
      [newer, /was written by a newer release/],
      [other, /is no ledger: name a copy/],
      [join(folder, 'early.ndjson'), /is no ledger, or damaged: file is not a database/],
    ] as const) {
      await assert.rejects(() => restore(its, ['r0b'], path), { name: 'UsageError', message: complaint });
      assert.deepEqual(readFileSync(its.database), bytes);
      assert.deepEqual(readdirSync(dirname(its.database)), ['log.db']);
    }
    assert.ok(!existsSync(its.beforeRestore));
  });

  test('keeps what stood in the log of a killed process', async () => {
    const its = another('killed');
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', KILLED, its.database]);
    assert.deepEqual([signal, existsSync(`${its.database}-wal`)], ['SIGKILL', true]);
    const { aside } = await restore(its, ['r0b'], copy);
    assert.ok(stemsOf(join(aside, 'db', 'log.db')).includes('20260301_000000'));
    assert.deepEqual(stemsOf(its.database), early);
    assert.deepEqual(readdirSync(dirname(its.database)), ['log.db']);
  });

  test('takes what stands in the log of a copy that somebody made by hand', async () => {
    const its = another('by-hand');
    const byHand = join(folder, 'by-hand.db');
    cpSync(copy, byHand);
    spawnSync(process.execPath, ['--input-type=module', '-e', KILLED, byHand]);
    assert.ok(existsSync(`${byHand}-wal`));
    await restore(its, ['r0b'], byHand);
    assert.ok(stemsOf(its.database).includes('20260301_000000'));
    assert.deepEqual(readdirSync(dirname(its.database)), ['log.db']);
  });

  test('takes the place of a ledger that is damaged, and keeps that', async () => {
    const its = another('damaged');
    writeFileSync(its.database, 'no ledger any more');
    const { aside } = await restore(its, ['r0b'], copy);
    assert.equal(readFileSync(join(aside, 'db', 'log.db'), 'utf8'), 'no ledger any more');
    assert.deepEqual(stemsOf(its.database), early);
  });

  test('keeps each ledger of several in a second', async (t) => {
    const its = another('twice');
    t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 2, 1) });
    const first = (await restore(its, ['r0b'], copy)).aside;
    const second = (await restore(its, ['r0b'], copy)).aside;
    assert.ok(stemsOf(join(first, 'db', 'log.db')).includes(late));
    assert.deepEqual(stemsOf(join(second, 'db', 'log.db')), early);
    assert.deepEqual(readdirSync(its.beforeRestore), ['20260301_000000', '20260301_000001']);
  });

  test('puts the copy in its place, and files that it does not know into a folder of their own', async () => {
    const { stdout } = await lvra('restore', copy);
    assert.match(stdout, /3 files of 1 stem that the copy does not know/);
    assert.deepEqual(stemsOf(paths.database), early);
    assert.ok(existsSync(paths.batch(early[0] as string)) && !existsSync(paths.batch(late)));
    const [name = ''] = readdirSync(paths.beforeRestore);
    const aside = dataPaths(join(paths.beforeRestore, name));
    assert.ok(stemsOf(aside.database).includes(late));
    assert.ok(existsSync(aside.batch(late)) && existsSync(aside.features(late)));
    for (const path of [paths.database, paths.beforeRestore, aside.root, dirname(aside.batch(late))]) {
      assert.equal(ownerOf(path), OWNER, path);
    }
  });

  test('lvra verify says which of those files hold alerts that came in no more, and how they are read in', async () => {
    const [name = ''] = readdirSync(paths.beforeRestore);
    const file = dataPaths(join(paths.beforeRestore, name)).batch(late);
    const verify = async () => JSON.parse((await runLvra(['verify', '--json'], environment)).stdout).findings;
    const [lost, ...others] = await verify();
    assert.deepEqual(others, []);
    assert.match(
      lost.what,
      /^\S+before-restore\S+ is of a stem that the ledger does not know, and so are \d+ of its alerts$/,
    );
    const [, command = ''] = /`lvra ([^`]+)`/.exec(lost.todo) ?? [];
    await lvra(...command.split(' '));
    assert.deepEqual(await verify(), []);
    assert.ok(existsSync(file));
  });
});
