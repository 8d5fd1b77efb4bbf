import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { UsageError } from '@lvra/core';
import type { Ledger } from '@lvra/ledger';
import { newLedger, newPlace, openLedger } from '@lvra/ledger/testing/ledgers';
import { type DataPaths, dataPaths, markFolder, readFolderMark, timeOfMark } from '@lvra/store';
import { StageWorld, until } from '../testing/stage-world.js';
import { DataFolder } from './data-folder.js';
import { FolderGone } from './folder-proof.js';

const STEM = '20260301_000001';

function newFolder(t: TestContext): DataPaths {
  const root = mkdtempSync(join(tmpdir(), 'lvra-proof-'));
  t.after(() => rmSync(root, { recursive: true }));
  return dataPaths(root);
}

/** As a service starts on it. */
const start = (paths: DataPaths, ledger: Ledger) => DataFolder.open(paths, ledger, { mayMark: true, isShared: true });

const refused = (opening: Promise<unknown>, why: RegExp) =>
  assert.rejects(opening, (error) => error instanceof UsageError && why.test(error.message));

describe('the folder that the hosts of a ledger share', () => {
  test('is marked by the first service, and known by its mark from then on', async (t) => {
    const [paths, ledger] = [newFolder(t), await newLedger(t)];
    await DataFolder.open(paths, ledger, { mayMark: false, isShared: true });
    assert.deepEqual([readdirSync(paths.root), await ledger.marked()], [[], undefined], 'a command marks nothing');
    const opened = await Promise.all([start(paths, ledger), start(paths, ledger), start(paths, ledger)]);
    for (const folder of opened) await folder.assertInPlace();
    assert.deepEqual(await readFolderMark(paths), { ledger: ledger.id, at: await ledger.marked() });
    await start(paths, ledger);
  });

  test('is not an empty mount point', async (t) => {
    const [paths, ledger] = [newFolder(t), await newLedger(t)];
    await ledger.mark(timeOfMark() - 3_600_000_000);
    await refused(start(paths, ledger), /ledger-id is missing. Is its volume mounted\?/);
    assert.deepEqual(readdirSync(paths.root), []);
  });

  test('is not the folder of another ledger', async (t) => {
    const [paths, ledger] = [newFolder(t), await newLedger(t)];
    await start(paths, ledger);
    await refused(start(paths, await newLedger(t)), new RegExp(`belongs to another ledger \\(${ledger.id} `));
  });

  test('is not what a host without the volume has marked, even at the same moment', async (t) => {
    const ledger = await newLedger(t);
    const folders = [newFolder(t), newFolder(t)];
    const at = timeOfMark();
    for (const [n, paths] of folders.entries()) await markFolder(paths, { ledger: ledger.id, at: at + n });
    const starts = await Promise.allSettled(folders.map((paths) => start(paths, ledger)));
    const right = starts.findIndex(({ status }) => status === 'fulfilled');
    const wrong = starts[1 - right];
    assert.ok(right !== -1 && wrong?.status === 'rejected', 'one of them is refused');
    assert.match(String(wrong.reason), /its mark in .*ledger-id is another one; mount/);
    await start(folders[right] as DataPaths, ledger);
    await refused(start(folders[1 - right] as DataPaths, ledger), /is another one/);
  });

  test('is waited for if another host has only just marked it', async (t) => {
    const [paths, ledger] = [newFolder(t), await newLedger(t)];
    await start(paths, ledger);
    renameSync(paths.mark, `${paths.mark}.hidden`);
    let isOpen = false;
    const opening = start(paths, ledger).then(() => {
      isOpen = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(isOpen, false);
    renameSync(`${paths.mark}.hidden`, paths.mark);
    await opening;
  });

  test('keeps its mark where the ledger is another copy, or the mark was written and the ledger not', async (t) => {
    const [paths, place] = [newFolder(t), newPlace(t)];
    const ledger = await openLedger(t, place, ['r0b'], { create: true });
    await markFolder(paths, { ledger: ledger.id, at: 1_790_000_000_123_456 });
    await start(paths, ledger);
    assert.equal(await ledger.marked(), 1_790_000_000_123_456);
    await start(paths, await openLedger(t, place, ['r0b'], { create: false }));
  });

  test('is not asked for a mark where the ledger lies in it', async (t) => {
    const [paths, ledger] = [newFolder(t), await newLedger(t)];
    const folder = await DataFolder.open(paths, ledger, { mayMark: true, isShared: false });
    await folder.assertInPlace();
    assert.deepEqual([readdirSync(paths.root), await ledger.marked()], [[], undefined]);
  });
});

describe('a volume that is unmounted under a running stage', () => {
  /** An empty mount point in the place of the folder. */
  function unmount({ root }: DataPaths): { mount(): void } {
    renameSync(root, `${root}.away`);
    mkdirSync(root);
    return {
      mount() {
        rmSync(root, { recursive: true });
        renameSync(`${root}.away`, root);
      },
    };
  }

  test('makes it wait, without an attempt, and nothing is written; then it goes on', async (t) => {
    const world = await StageWorld.create(t);
    const paths = newFolder(t);
    const folder = await start(paths, world.ledger);
    await world.add(STEM);
    const volume = unmount(paths);
    const runner = world.runner(world.record, { folder, sweepMs: 2 });
    world.start(runner);
    await until('it is not ready', () => /is the volume of the data folder mounted/.test(runner.notReady() ?? ''));
    assert.match(runner.notReady() ?? '', /nothing is lost meanwhile and no attempt is counted/);
    assert.deepEqual([world.performed, readdirSync(paths.root)], [[], []]);
    volume.mount();
    await until('it is done', () => world.areDone(STEM));
    assert.equal(runner.notReady(), undefined);
  });

  test('ends it if another folder comes in its place', async (t) => {
    const [paths, ledger] = [newFolder(t), await newLedger(t)];
    const folder = await start(paths, ledger);
    const volume = unmount(paths);
    await assert.rejects(folder.assertInPlace(), FolderGone);
    await start(paths, await newLedger(t));
    await refused(folder.assertInPlace(), /is another folder now/);
    volume.mount();
    await folder.assertInPlace();
  });
});
