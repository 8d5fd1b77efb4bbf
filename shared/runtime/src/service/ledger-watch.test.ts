import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '@lvra/core';
import { Ledger, LedgerReplaced } from '@lvra/ledger';
import { addStem, newLedger } from '@lvra/ledger/testing/ledgers';
import { dataPaths } from '@lvra/store';
import { DataFolder } from '../folder/data-folder.js';
import { until } from '../testing/stage-world.js';
import { ledgerWatch } from './ledger-watch.js';

const OPENS = `
  import { Ledger } from ${JSON.stringify(new URL('../../../ledger/dist/ledger.js', import.meta.url).href)};
  const ledger = await Ledger.open(process.argv[1], ['r0b'], { create: false });
  await ledger.schema();
  process.kill(process.pid, 'SIGKILL');
`;

/** Watches an idle ledger. */
async function watched(t: TestContext, open = async (ledger: Ledger) => new DataFolder(dataPaths('/nowhere'), ledger)) {
  const ledger = await newLedger(t);
  const watch = ledgerWatch(ledger, await open(ledger), 10);
  const stop = new AbortController();
  const ended = watch.run(stop.signal).then(
    () => 'stopped',
    (error: unknown) => error,
  );
  t.after(async () => {
    stop.abort();
    await ended;
  });
  return { ledger, watch, stop, ended };
}

describe('a service that has nothing to do', () => {
  for (const removed of [['-wal'], ['-shm'], ['-wal', '-shm']]) {
    test(`ends with a message if log.db${removed.join(' and ')} is removed, before there are two ledgers`, async (t) => {
      const { ledger, ended } = await watched(t);
      await sleep(50);
      for (const suffix of removed) rmSync(ledger.name + suffix);
      if (removed.length === 2) {
        // Another process starts and creates its own files.
        const { stderr, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', OPENS, ledger.name]);
        assert.equal(signal, 'SIGKILL', String(stderr));
      }
      const error = await ended;
      assert.ok(error instanceof UsageError, String(error));
      assert.match(
        error.message,
        /log\.db-(wal|shm) was removed or replaced .*lvra verify.*: start this service again/,
      );
      await assert.rejects(() => addStem(ledger, '20260301_000009'), LedgerReplaced);
    });
  }

  test('ends with a message if another log.db takes its place', async (t) => {
    const { ledger, ended } = await watched(t);
    const { name } = ledger;
    copyFileSync(name, `${name}.copy`);
    renameSync(`${name}.copy`, name);
    const error = await ended;
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, /was replaced by another file/);
  });

  test('waits and is not ready while the volume is away, and is when the same files are back', async (t) => {
    const { ledger, watch, stop, ended } = await watched(t);
    const { name } = ledger;
    const files = ['', '-wal', '-shm'].map((suffix) => name + suffix);
    for (const file of files) renameSync(file, `${file}.away`);
    await until('it is reported', () => watch.notReady() !== undefined);
    assert.match(watch.notReady() ?? '', /log\.db is gone: is its volume mounted\?/);
    for (const file of files.toReversed()) renameSync(`${file}.away`, file);
    await until('it is ready', () => watch.notReady() === undefined);
    await addStem(ledger, '20260301_000001');
    stop.abort();
    assert.equal(await ended, 'stopped');
  });

  test('is not ready while a shared data folder is not mounted', async (t) => {
    const root = mkdtempSync(join(tmpdir(), 'lvra-watch-'));
    t.after(() => rmSync(root, { recursive: true }));
    const paths = dataPaths(root);
    const { watch } = await watched(t, (ledger) => DataFolder.open(paths, ledger, { mayMark: true, isShared: true }));
    renameSync(paths.mark, `${paths.mark}.away`);
    await until('it is reported', () => watch.notReady() !== undefined);
    assert.match(watch.notReady() ?? '', /is the volume of the data folder mounted/);
    renameSync(`${paths.mark}.away`, paths.mark);
    await until('it is ready', () => watch.notReady() === undefined);
  });

  test('continues if others open, write and close the ledger', async (t) => {
    const { ledger, watch, stop, ended } = await watched(t);
    for (let times = 0; times < 5; times++) {
      const other = await Ledger.open(ledger.name, ['r0b'], { create: false });
      await addStem(other, `20260301_00000${times}`);
      await other.close();
      await sleep(20);
    }
    assert.equal(watch.notReady(), undefined);
    await addStem(ledger, '20260302_000001');
    stop.abort();
    assert.equal(await ended, 'stopped');
  });
});
