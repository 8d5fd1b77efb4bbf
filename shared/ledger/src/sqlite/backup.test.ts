import assert from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Ledger } from '../ledger.js';
import { addStem } from '../testing/ledgers.js';
import { ledgerPath } from '../testing/sqlite.js';
import { openConnection } from './connection.js';

test('a damaged ledger is not copied, and the error says what to do', async (t) => {
  const path = ledgerPath(t);
  const before = await Ledger.open(path, ['r0b'], { create: true });
  await addStem(before, '20260301_000001');
  await before.close();
  const connection = openConnection(path, { create: false });
  const rootpage = connection.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'predict'").pluck().get();
  const pageBytes = Number(connection.pragma('page_size', { simple: true }));
  connection.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(pageBytes, 0x5a), 0, pageBytes, (Number(rootpage) - 1) * pageBytes);
  closeSync(file);

  const ledger = await Ledger.open(path, ['r0b'], { create: false });
  t.after(() => ledger.close());
  await assert.rejects(() => ledger.copyTo(`${path}.copy`), {
    name: 'UsageError',
    message: /log\.db cannot be copied to .*malformed.*; keep the last good backup, see "Backup and restore"/,
  });
});

test('a copy that cannot be written is a usage error', async (t) => {
  const path = ledgerPath(t);
  const ledger = await Ledger.open(path, ['r0b'], { create: true });
  t.after(() => ledger.close());
  // Below a file, and in the place of a folder.
  for (const to of [join(path, 'log.db'), dirname(path)]) {
    await assert.rejects(() => ledger.copyTo(to), {
      name: 'UsageError',
      message: /log\.db cannot be copied to .*: .*; make room for the copy, or name a file/,
    });
  }
});
