import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSettings } from '@lvra/config';
import { Ledger } from '@lvra/ledger';
import { LookKeeper } from './keeper.js';

async function folder(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'lvra-keeper-'));
  t.after(() => rmSync(root, { recursive: true }));
  const path = join(root, 'db', 'log.db');
  return { path, settings: loadSettings({ environment: { LVRA_DATA_ROOT: root } }) };
}

const make = (path: string) => Ledger.open(path, ['r0b'], { create: true });

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
  assert.equal(existsSync(`${path}-wal`), false, readdirSync(join(path, '..')).join());
});
