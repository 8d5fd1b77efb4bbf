import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { UsageError } from '@lvra/core';
import { LedgerUnavailable } from '@lvra/ledger';
import { tuplesIn, valueIn } from '@lvra/ledger/testing/look-inside';
import { connectionOf, Sqlite, setLockTimeout } from '@lvra/ledger/testing/sqlite';
import { writeFileAtomically } from '@lvra/store';
import { type Perform, StageWorld, until } from '../testing/stage-world.js';
import type { StageRunner } from './runner.js';

const [A, B] = ['20260301_000001', '20260301_000002'] as const;

/** Another process's transaction. */
function lockLedger(t: TestContext, world: StageWorld): { release(): void } {
  const other = new Sqlite(world.ledger.name);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  return { release: () => other.exec('ROLLBACK') };
}

/** Runs it; the promise resolves when it ends, also with an error. */
function run(t: TestContext, runner: StageRunner): Promise<unknown> {
  const stop = new AbortController();
  const ended = runner.run(stop.signal).then(
    () => 'stopped',
    (error: unknown) => error,
  );
  t.after(async () => {
    stop.abort();
    await ended;
  });
  return ended;
}

describe('a ledger that takes no writes', () => {
  test('a claim of which the stage does not know is given back, and is no attempt', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    const { work } = world;
    const claim = work.claim.bind(work);
    work.claim = async (...how) => {
      work.claim = claim;
      await claim(...how);
      throw new LedgerUnavailable('the answer to COMMIT did not come');
    };
    const attempts: number[] = [];
    const perform: Perform = (stem, context) => {
      attempts.push(context.attempt);
      return world.record(stem, context);
    };
    const runner = world.runner(perform, { leaseMs: 3_600_000, sweepMs: 2 });
    void run(t, runner);
    // Else it would be held for as long as a claim lasts.
    await until('it is done', () => world.areDone(A), 20_000);
    assert.deepEqual(attempts, [1]);
  });

  test('makes the stage wait and say why; then it resumes, and no attempt is counted', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B);
    setLockTimeout(world.ledger, 20);
    const lock = lockLedger(t, world);
    const runner = world.runner(world.record, { sweepMs: 2 });
    void run(t, runner);
    await until('it is not ready', () => /the ledger .* does not take writes/.test(runner.notReady() ?? ''));
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.match(runner.notReady() ?? '', /database is locked.*end the process that holds it/);
    assert.deepEqual(world.performed, []);
    lock.release();
    await until('both are done', async () => (await world.work.status(A)) === 1 && (await world.work.status(B)) === 1);
    assert.equal(runner.notReady(), undefined);
  });

  test('ends a run that must end with a message, also if a killed process has left claims', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    setLockTimeout(world.ledger, 20);
    await world.work.claim(A, `${hostname()}/999999999/1`, Date.now(), 30_000);
    const lock = lockLedger(t, world);
    const problem = await world.runner(world.record).drain(Promise.resolve(), new AbortController().signal);
    lock.release();
    assert.match(problem ?? '', /the ledger .* does not take writes/);
  });

  test('in the middle of a stem: its claim is released afterwards, without the attempt', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    setLockTimeout(world.ledger, 20);
    const attempts: number[] = [];
    let lock: { release(): void } | undefined;
    const runner = world.runner(
      (stem, context) => {
        attempts.push(context.attempt);
        if (attempts.length < 4) lock = lockLedger(t, world);
        setTimeout(() => {
          lock?.release();
          lock = undefined;
        }, 60);
        return world.record(stem, context);
      },
      { sweepMs: 2 },
    );
    void run(t, runner);
    await until('it is done', async () => (await world.work.status(A)) === 1);
    assert.deepEqual(attempts, [1, 1, 1, 1]);
  });

  test('because its file was replaced ends the stage: what it wrote would be lost', async (t) => {
    const world = await StageWorld.create(t);
    const path = world.ledger.name;
    const runner = world.runner(world.record, { sweepMs: 2 });
    const ended = run(t, runner);
    await until('it is ready', () => runner.notReady() === undefined);
    copyFileSync(path, `${path}.copy`);
    await world.add(A);
    renameSync(`${path}.copy`, path);
    const error = await ended;
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, /was replaced by another file.*start this service again/);
    assert.deepEqual(world.performed, []);
  });

  test('because it is damaged ends the stage, and says where restoring is documented', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    const database = connectionOf(world.ledger);
    database.pragma('wal_checkpoint(TRUNCATE)');
    const pageSize = Number(database.pragma('page_size', { simple: true }));
    // Every page but the first, which an open connection keeps.
    const file = openSync(database.name, 'r+');
    for (let at = pageSize; at < statSync(database.name).size; at += pageSize)
      writeSync(file, Buffer.alloc(pageSize, 0x5a), 0, pageSize, at);
    closeSync(file);
    database.pragma('cache_size = 0');
    database.pragma('shrink_memory');
    const error = await run(t, world.runner(world.record));
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, /the ledger .* is damaged .*restore it, see "Backup and restore"/);
  });
});

describe('a path that takes no file', () => {
  /** The folder of feature files, and a runner that writes one for each stem. */
  function writer(world: StageWorld, pathOf: (csv: string, stem: string) => string) {
    const csv = join(dirname(dirname(world.ledger.name)), 'csv');
    const runner = world.runner(
      async (stem, context) => {
        await writeFileAtomically(pathOf(csv, stem), async (file) => void (await file.write('a,b\n')));
        return world.record(stem, context);
      },
      { sweepMs: 2 },
    );
    return { csv, runner };
  }

  test('makes the stage wait and say why if it is the top folder, until it takes files', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B);
    const { csv, runner } = writer(world, (folder, stem) => join(folder, '2026', stem.slice(0, 8), `${stem}.csv`));
    // A file where the folder should be: refused to every user, root too.
    closeSync(openSync(csv, 'w'));
    void run(t, runner);
    await until('it is not ready', () => /the disk takes no writes \(E.*\)/.test(runner.notReady() ?? ''));
    await until('the stem says that its output is not there', async () => (await world.work.status(A)) === 22);
    rmSync(csv);
    await until('both are done', async () => (await world.work.status(A)) === 1 && (await world.work.status(B)) === 1);
    const attempts = await valueIn(world.ledger, 'SELECT count(*) FROM work');
    assert.equal(attempts, 0n);
  });

  for (const [what, spoil] of [
    ['a folder instead of its file', (path: string) => mkdirSync(join(path, 'in the way'), { recursive: true })],
    [
      'a file instead of its night',
      (path: string) => {
        mkdirSync(dirname(dirname(path)), { recursive: true });
        closeSync(openSync(dirname(path), 'w'));
      },
    ],
    [
      'a link that leads to itself',
      (path: string) => {
        mkdirSync(dirname(dirname(path)), { recursive: true });
        symlinkSync(dirname(path), dirname(path));
      },
    ],
  ] as const) {
    test(`fails its stem alone, with 22 and an attempt: ${what}`, async (t) => {
      const world = await StageWorld.create(t);
      const [bad, ...neighbours] = ['20260228_000001', A, B] as const;
      await world.add(bad, ...neighbours);
      const { csv, runner } = writer(world, (folder, stem) => join(folder, '2026', stem.slice(0, 8), `${stem}.csv`));
      spoil(join(csv, '2026', '20260228', `${bad}.csv`));
      void run(t, runner);
      await until('its neighbours are done', () => world.areDone(...neighbours));
      assert.equal(await world.work.status(bad), 22);
      assert.equal(runner.notReady(), undefined);
      const work = await tuplesIn(world.ledger, 'SELECT stem, attempts FROM work');
      assert.deepEqual(work, [[bad, 1n]]);
    });
  }

  test('fails its stem alone: a name that is too long', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B);
    const { runner } = writer(world, (folder, stem) => join(folder, `${stem.repeat(stem === A ? 20 : 1)}.csv`));
    void run(t, runner);
    await until('its neighbour is done', async () => (await world.work.status(B)) === 1);
    assert.equal(await world.work.status(A), 22);
    assert.equal(runner.notReady(), undefined);
  });
});
