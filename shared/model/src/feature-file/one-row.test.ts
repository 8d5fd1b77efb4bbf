import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readFeatureRow } from './one-row.js';

const ID = 169760231708427201n;
const HEADER = 'index,diaObjectId,diaSourceId,snr,name\n';

function fileOf(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-one-row-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'features.csv');
  writeFileSync(path, text);
  return path;
}

test('of an object the last row is read, by its exact id, and every column as it stands there', async (t) => {
  const rows = `0,${ID},1,1.50,\n1,${ID + 1n},2,9,\n2,${ID},3,2.50,"a, ""b"""\n3,${ID - 1n},4,9,\n`;
  assert.deepEqual(await readFeatureRow(fileOf(t, HEADER + rows), ID), [
    { name: 'index', text: '2' },
    { name: 'diaObjectId', text: String(ID) },
    { name: 'diaSourceId', text: '3' },
    { name: 'snr', text: '2.50' },
    { name: 'name', text: 'a, "b"' },
  ]);
});

test('a file without the object, without rows, or without ids has no row of it', async (t) => {
  for (const text of [`${HEADER}0,1,1,1,\n`, HEADER, '', `a,b\n1,${ID}\n`]) {
    assert.equal(await readFeatureRow(fileOf(t, text), ID), undefined);
  }
});

test('a file that is gone, or broken, is an error', async (t) => {
  await assert.rejects(readFeatureRow('/nowhere/features.csv', ID), { code: 'ENOENT' });
  await assert.rejects(readFeatureRow(fileOf(t, `${HEADER}0,"${ID}`), ID), { name: 'NotCsv' });
});
