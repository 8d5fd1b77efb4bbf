import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newLedger } from '../testing/ledgers.js';

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
