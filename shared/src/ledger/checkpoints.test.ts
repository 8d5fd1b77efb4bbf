import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ledgerPath, newLedger } from '../testing/ledgers.js';

const EXITS = fileURLToPath(new URL('../testing/exits-amid-opening.js', import.meta.url));

test('a commit leaves the database file alone, and the thread brings it there', async (t) => {
  const ledger = newLedger(t);
  ledger.checkpointBeside();
  const { database } = ledger;
  const size = () => statSync(database.name).size;
  database.exec('CREATE TABLE ballast (bytes BLOB)');
  const before = size();
  // More than the pages after which a commit would checkpoint by itself.
  database.prepare('INSERT INTO ballast VALUES (randomblob(6000000))').run();
  assert.equal(size(), before);
  const deadline = Date.now() + 20_000;
  while (size() < before + 6_000_000 && Date.now() < deadline) await sleep(50);
  assert.ok(size() >= before + 6_000_000, `${size()} bytes after ${before}`);
});

test('the log begins anew although somebody writes all the time', async (t) => {
  const ledger = newLedger(t);
  ledger.checkpointBeside();
  const { database } = ledger;
  database.exec('CREATE TABLE ballast (bytes BLOB)');
  const write = database.prepare('INSERT INTO ballast VALUES (randomblob(100000))');
  const wal = () => statSync(`${database.name}-wal`).size;
  let most = 0;
  for (let times = 0; times < 400; times++) {
    write.run();
    most = Math.max(most, wal());
    await sleep(5);
  }
  // 40 MB were written.
  assert.ok(most < 30_000_000, `${most} bytes`);
});

test('a process ends well although its thread is only just opening the ledger', (t) => {
  const path = ledgerPath(t);
  mkdirSync(dirname(path));
  const { status, signal, stderr } = spawnSync(process.execPath, [EXITS, path], { encoding: 'utf8' });
  assert.deepEqual({ status, signal }, { status: 0, signal: null }, stderr);
});
