import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { LedgerNotReady, LedgerReplaced } from '../errors.js';
import { Ledger } from '../ledger.js';
import { addStem } from '../testing/ledgers.js';
import { ledgerPath, Sqlite } from '../testing/sqlite.js';
import { REFERENCE_SCHEMA } from './migrations/python-schema.js';
import { migrateTo } from './migrations.js';

const STEM = '20260301_000001';
const OTHER = '20260301_000002';

async function made(t: TestContext): Promise<string> {
  const path = ledgerPath(t);
  const ledger = await Ledger.open(path, ['r0b'], { create: true });
  await addStem(ledger, STEM, 1);
  await ledger.close();
  return path;
}

async function look(t: TestContext, path: string, ...vras: string[]): Promise<Ledger> {
  const ledger = await Ledger.look(path, vras);
  t.after(() => ledger.close());
  return ledger;
}

/** All files beside the ledger, and what is in them. */
function filesOf(path: string): string[] {
  const folder = dirname(path);
  return readdirSync(folder).map((name) => {
    return `${name} ${createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')}`;
  });
}

/** As the Python pipeline makes it. */
function madeByPython(t: TestContext): string {
  const path = ledgerPath(t);
  mkdirSync(dirname(path));
  const file = new Sqlite(path);
  file.exec(REFERENCE_SCHEMA);
  for (const table of ['feature_making', 'predict', 'annotating']) {
    file.exec(`ALTER TABLE ${table} ADD COLUMN r0b INTEGER; INSERT INTO ${table} (stem, r0b) VALUES ('${STEM}', 1)`);
  }
  file.exec(`INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (169760231708427201, '${STEM}');
    INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
    VALUES (169760231708427201, 170019716327800983, '${STEM}', 0.5, 'r0b', 'a1')`);
  file.close();
  return path;
}

/** Reads as a user who may not write there; root may write anywhere, until it is somebody else. */
const READER = `
import { Ledger } from ${JSON.stringify(new URL('../ledger.js', import.meta.url).href)};
import Sqlite from ${JSON.stringify(new URL('driver.js', import.meta.url).href)};
new Sqlite(':memory:').close();
if (process.getuid() === 0) process.setuid(65534);
const ledger = await Ledger.look(process.argv[1], ['r0b']);
const status = await ledger.work('feature', 'r0b').status('${OTHER}');
await ledger.close();
process.stdout.write(JSON.stringify({ status }));`;

function asReader(path: string): unknown {
  const folders = [dirname(dirname(path)), dirname(path)];
  for (const each of folders) chmodSync(each, 0o555);
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', READER, path], {
    encoding: 'utf8',
  });
  // Else they could not be removed.
  for (const each of folders) chmodSync(each, 0o755);
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

describe('who looks at a ledger', { concurrency: true }, () => {
  test('reads it at rest and changes neither its bytes nor what lies beside it', async (t) => {
    const path = await made(t);
    const before = filesOf(path);
    const ledger = await Ledger.look(path, ['r0b']);
    assert.equal(await ledger.work('feature', 'r0b').status(STEM), 1);
    await assert.rejects(ledger.batches.reserveStem('a reader', new Date()), /may only be read|readonly/);
    await ledger.close();
    assert.deepEqual(filesOf(path), before);
  });

  test('sees what a writer beside it commits, and is told that there is something new', async (t) => {
    const path = await made(t);
    const writer = await Ledger.open(path, ['r0b'], { create: false });
    t.after(() => writer.close());
    const ledger = await look(t, path, 'r0b');
    const before = await ledger.version();
    await ledger.overview.of('feature', 'r0b');
    assert.equal(await ledger.version(), before, 'nobody has written');
    await addStem(writer, OTHER, 1);
    assert.notEqual(await ledger.version(), before);
    assert.equal(await ledger.work('feature', 'r0b').status(OTHER), 1);
  });

  test('keeps the last writer from leaving the ledger as one file no longer than it looks', async (t) => {
    const path = await made(t);
    const ledger = await Ledger.look(path, ['r0b']);
    const writer = await Ledger.open(path, ['r0b'], { create: false });
    await addStem(writer, OTHER, 1);
    await ledger.close();
    await writer.close();
    assert.deepEqual(readdirSync(dirname(path)), ['log.db']);
  });

  test('reads a ledger of the Python pipeline that none of ours has opened, and a VRA that it does not know', async (t) => {
    const path = madeByPython(t);
    const before = filesOf(path);
    const ledger = await look(t, path, 'r0b', 'r1b');
    assert.deepEqual(
      (await ledger.objects.scores(169760231708427201n)).map(({ score, fate }) => [score, fate]),
      [[0.5, 'sent']],
    );
    assert.equal((await ledger.overview.of('annotate', 'r0b')).done, 1);
    assert.equal((await ledger.overview.of('annotate', 'r1b')).pending, 0);
    assert.deepEqual(await ledger.history.batch(STEM), undefined);
    assert.deepEqual(
      (await ledger.history.statuses(STEM, ['r0b', 'r1b'])).map(({ vra }) => vra),
      Array(3).fill('r0b'),
    );
    assert.equal((await ledger.flow.waiting('feature', 'r0b')).stems, 0);
    assert.equal((await ledger.flow.unannotated('r0b', Date.now())).oldest, undefined);
    assert.equal((await ledger.quarantine.list()).length, 0);
    assert.deepEqual(filesOf(path), before);
  });

  test('is told which release can look at one of another age', async (t) => {
    const older = ledgerPath(t);
    mkdirSync(dirname(older));
    const file = new Sqlite(older);
    migrateTo(file, 22);
    file.exec('CREATE TABLE IF NOT EXISTS lvra_migration (number INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)');
    file.exec("INSERT INTO lvra_migration (number, name) VALUES (22, 'the last')");
    file.close();
    const before = filesOf(older);
    await assert.rejects(Ledger.look(older, ['r0b']), /older release.*start the services of this release first/);
    assert.deepEqual(filesOf(older), before);
    const newer = await made(t);
    const opened = new Sqlite(newer);
    opened.exec("INSERT INTO lvra_migration (number, name, needs) VALUES (999, 'of later', 999)");
    opened.close();
    await assert.rejects(Ledger.look(newer, ['r0b']), /written by a newer release/);
    await assert.rejects(Ledger.look(join(dirname(newer), 'none.db'), ['r0b']), /there is no ledger at/);
    assert.equal(existsSync(join(dirname(newer), 'none.db')), false);
  });

  test('is told that there is none where a service has only begun to make one', async (t) => {
    const path = ledgerPath(t);
    mkdirSync(dirname(path));
    for (const content of ['', REFERENCE_SCHEMA.replaceAll('feature_making', 'other')]) {
      const file = new Sqlite(path);
      file.exec(content);
      file.close();
      await assert.rejects(Ledger.look(path, ['r0b']), LedgerNotReady);
    }
  });

  test('can do so where it has no right to write, while a service works and after one was killed', async (t) => {
    const path = await made(t);
    const writer = await Ledger.open(path, ['r0b'], { create: false });
    t.after(() => writer.close());
    await addStem(writer, OTHER, 1);
    const killed = ledgerPath(t);
    mkdirSync(dirname(killed));
    for (const end of ['', '-wal', '-shm']) copyFileSync(path + end, killed + end);
    for (const each of [path, killed]) assert.deepEqual(asReader(each), { status: 1 });
  });

  test('is told when a copy was restored over it', async (t) => {
    const path = await made(t);
    const ledger = await look(t, path, 'r0b');
    await ledger.version();
    copyFileSync(path, `${path}.restored`);
    renameSync(`${path}.restored`, path);
    await assert.rejects(ledger.version(), LedgerReplaced);
  });
});
