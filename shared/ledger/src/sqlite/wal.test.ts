import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { newConnection } from '../testing/sqlite.js';
import { LARGEST_IDLE_WAL_BYTES } from './connection.js';
import Sqlite from './driver.js';

test('the write-ahead log grows while a reader looks, and shrinks when it has ended', async (t) => {
  const connection = newConnection(t);
  const size = () => statSync(`${connection.name}-wal`).size;
  connection.exec('CREATE TABLE ballast (bytes BLOB)');
  const write = connection.prepare('INSERT INTO ballast VALUES (randomblob(1048576))');
  const reader = new Sqlite(connection.name, { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM ballast').get();
  for (let megabytes = 0; megabytes < 24; megabytes++) write.run();
  assert.ok(size() > LARGEST_IDLE_WAL_BYTES, `${size()} bytes`);
  reader.exec('COMMIT');
  reader.close();
  // One write checkpoints the whole log, the next begins it anew.
  for (let times = 0; times < 3; times++) write.run();
  assert.ok(size() <= LARGEST_IDLE_WAL_BYTES, `${size()} bytes`);
});
