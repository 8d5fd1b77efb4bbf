import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { newConnection } from '../testing/sqlite.js';
import { checkpoint } from './checkpoint.js';
import { LARGEST_IDLE_WAL_BYTES } from './connection.js';
import Sqlite from './driver.js';

test('a commit leaves the database file alone until it is checkpointed, or the log has grown too long', async (t) => {
  const connection = newConnection(t);
  checkpoint(connection);
  connection.exec('CREATE TABLE ballast (bytes BLOB)');
  const size = () => statSync(connection.name).size;
  const write = connection.prepare('INSERT INTO ballast VALUES (randomblob(?))');
  const before = size();
  // SQLite would begin at a thousand pages.
  write.run(6_000_000);
  assert.equal(size(), before);
  checkpoint(connection);
  assert.ok(size() >= before + 6_000_000, `${size()} bytes after ${before}`);
  const then = size();
  write.run(LARGEST_IDLE_WAL_BYTES + 1_000_000);
  assert.ok(size() >= then + LARGEST_IDLE_WAL_BYTES, `${size()} bytes after ${then}`);
});

test('a checkpoint waits for no writer and for no reader', async (t) => {
  const connection = newConnection(t);
  connection.exec('CREATE TABLE ballast (bytes BLOB)');
  const other = new Sqlite(connection.name);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE; INSERT INTO ballast VALUES (1)');
  const begun = performance.now();
  checkpoint(connection);
  // A statement that must wait for the lock does so for ten seconds.
  assert.ok(performance.now() - begun < 5_000);
  other.exec('COMMIT; BEGIN; SELECT count(*) FROM ballast');
  checkpoint(connection);
  assert.ok(performance.now() - begun < 5_000);
});

test('the log begins anew after a checkpoint, so that it stays as short as what is written between two', async (t) => {
  const connection = newConnection(t);
  const other = new Sqlite(connection.name);
  t.after(() => other.close());
  other.exec('PRAGMA wal_autocheckpoint = 0; CREATE TABLE ballast (bytes BLOB)');
  const write = other.prepare('INSERT INTO ballast VALUES (randomblob(100000))');
  let most = 0;
  for (let times = 1; times <= 100; times++) {
    write.run();
    if (times % 20 === 0) checkpoint(connection);
    most = Math.max(most, statSync(`${connection.name}-wal`).size);
  }
  // 10 MB were written, 2 between one and the next.
  assert.ok(most < 4_000_000, `${most} bytes`);
});
