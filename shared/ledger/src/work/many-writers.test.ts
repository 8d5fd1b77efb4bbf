import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stemOf } from '@lvra/core';
import { addStem, newPlace, openLedger } from '../testing/ledgers.js';
import { tuplesIn, valueIn } from '../testing/look-inside.js';

const WRITER = fileURLToPath(new URL('../testing/ledger-writer.js', import.meta.url));
const WRITERS = 8;
const BATCHES = 6;

test('eight processes that all write at once lose nothing, double nothing and are never turned away', async (t) => {
  const place = newPlace(t);
  const ledger = await openLedger(t, place, ['r0b'], { create: true });
  const stems = Array.from({ length: 40 }, (_, n) => stemOf(new Date(Date.UTC(2026, 2, 1, 0, 0, n))));
  for (const stem of stems) await addStem(ledger, stem);
  const writer = (number: number) =>
    new Promise<string>((resolve) => {
      const child = spawn(process.execPath, [WRITER, place, String(number), String(BATCHES), ...stems]);
      let said = '';
      child.stderr.on('data', (text) => {
        said += text;
      });
      child.once('close', (code, signal) => resolve(`${said}exit ${signal ?? code}`));
    });
  const ends = await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
  assert.deepEqual(ends, Array(WRITERS).fill('exit 0'));

  const value = (sql: string) => valueIn(ledger, sql);
  for (const table of ['threshold_flags_provenance', 'provenance']) {
    assert.equal(await value(`SELECT count(*) FROM ${table}`), BigInt(stems.length * 3), table);
    assert.equal(await value(`SELECT count(DISTINCT diaSourceId) FROM ${table}`), BigInt(stems.length * 3), table);
  }
  for (const table of ['feature_making', 'predict']) {
    assert.equal(await value(`SELECT count(*) FROM ${table} WHERE r0b = 1`), BigInt(stems.length), table);
  }
  assert.equal(await value('SELECT count(*) FROM work'), 0n);
  assert.equal(
    await value("SELECT count(*) FROM stem_event WHERE stage <> 'consumer' AND status = 1"),
    BigInt(stems.length * 2),
  );

  // The batches of the one partition follow on each other without a gap.
  const ranges = await tuplesIn<[bigint, bigint]>(
    ledger,
    'SELECT first_offset, next_offset FROM batch_offsets ORDER BY first_offset',
  );
  assert.equal(ranges.length, WRITERS * BATCHES);
  let next = 0n;
  for (const [first, end] of ranges) {
    assert.equal(first, next);
    next = end;
  }
  assert.equal((await ledger.batches.position('lvra', 'topic', 0))?.next, next);
  assert.equal(await value('SELECT count(*) FROM diaobjid_stems'), next);
  assert.equal(
    await value('SELECT count(DISTINCT stem) FROM batch WHERE registered_at IS NOT NULL'),
    BigInt(WRITERS * BATCHES),
  );
});
