import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSettings } from '@lvra/config';
import { UsageError } from '@lvra/core';
import { Ledger, LedgerReplaced } from '@lvra/ledger';
import { LookKeeper } from './keeper.js';

async function folder(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'lvra-keeper-'));
  t.after(() => rmSync(root, { recursive: true }));
  const path = join(root, 'db', 'log.db');
  return { path, settings: loadSettings({ environment: { LVRA_DATA_ROOT: root } }) };
}

const make = (path: string) => Ledger.open(path, ['r0b'], { create: true });
const filesOf = (path: string) => readdirSync(dirname(path));

test('a ledger that comes later, or is replaced, is opened by the next question', async (t) => {
  const { path, settings } = await folder(t);
  const keeper = new LookKeeper(settings);
  t.after(() => keeper.close());
  const idOf = () => keeper.use(async ({ ledger }) => ledger.id);
  await assert.rejects(idOf(), /there is no ledger/);
  await (await make(path)).close();
  const first = await idOf();
  await (await make(`${path}.other`)).close();
  copyFileSync(path, `${path}.before`);
  renameSync(`${path}.other`, path);
  await assert.rejects(
    keeper.use(({ ledger }) => ledger.version()),
    /was replaced/,
  );
  assert.notEqual(await idOf(), first);
});

test('a ledger that nobody asks is let go, so that the last service leaves it as one file', async (t) => {
  const { path, settings } = await folder(t);
  const service = await make(path);
  const keeper = new LookKeeper(settings, 1);
  t.after(() => keeper.close());
  await keeper.use(async ({ ledger }) => ledger.version());
  // The keeper's timer comes before this one, which is longer.
  await sleep(100);
  await service.close();
  assert.equal(existsSync(`${path}-wal`), false, filesOf(path).join());
});

test('one that only watches it is told of a commit, and does not keep it open meanwhile', async (t) => {
  const { path, settings } = await folder(t);
  await (await make(path)).close();
  // Nobody has written for long.
  utimesSync(path, 1, 1);
  const keeper = new LookKeeper(settings, 200);
  t.after(() => keeper.close());
  const ended = t.mock.method(Ledger.prototype, 'close');
  const version = await keeper.use(() => keeper.version());
  const untilLetGo = async (times: number) => {
    for (let left = 2_000; ended.mock.callCount() < times && left > 0; left--) {
      await keeper.version();
      await sleep(1);
    }
  };
  await untilLetGo(1);
  const opened = t.mock.method(Ledger, 'look');
  assert.equal(await keeper.version(), version);
  assert.deepEqual(
    [ended, opened].map(({ mock }) => mock.callCount()),
    [1, 0],
  );
  const service = await make(path);
  await service.batches.reserveStem('a service', new Date());
  assert.notEqual(await keeper.version(), version);
  await untilLetGo(2);
  await service.close();
  assert.deepEqual(filesOf(path), ['log.db']);
});

test('questions that are being answered end well when another one finds the ledger replaced', async (t) => {
  const { path, settings } = await folder(t);
  await (await make(path)).close();
  const keeper = new LookKeeper(settings);
  t.after(() => keeper.close());
  let goOn = () => {};
  const waits = new Promise<void>((resolve) => (goOn = resolve));
  const slow = keeper.use(async ({ ledger }) => {
    await waits;
    return ledger.overview.of('feature', 'r0b');
  });
  await assert.rejects(
    keeper.use(async () => {
      throw new LedgerReplaced('it was replaced');
    }),
  );
  goOn();
  assert.equal((await slow).done, 0);
});

test('a question about what is not there leaves the ledger open', async (t) => {
  const { path, settings } = await folder(t);
  await (await make(path)).close();
  const keeper = new LookKeeper(settings);
  t.after(() => keeper.close());
  const first = await keeper.use(async (look) => look);
  await assert.rejects(
    keeper.use(async () => {
      throw new UsageError('there is no such stem');
    }),
  );
  assert.equal(await keeper.use(async (look) => look), first);
});
