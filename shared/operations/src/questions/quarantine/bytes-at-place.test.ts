import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writeBatchFile } from '@lvra/store';
import { bytesAtPlace } from './bytes-at-place.js';

const ALERTS = ['{"a": 1}', '{"é": [NaN], "b": {}}', '{"c": "}, {"}'].map((text) => Buffer.from(text));
const SIZES = {
  diaObjectIds: new BigInt64Array(ALERTS.length),
  lengths: Uint32Array.from(ALERTS, ({ length }) => length),
};

async function batchFile(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-place-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'batch.json');
  await writeBatchFile(path, ALERTS);
  return path;
}

test('each alert of a batch file is read at its place', async (t) => {
  const path = await batchFile(t);
  for (const [position, bytes] of ALERTS.entries()) {
    assert.deepEqual(await bytesAtPlace(path, SIZES, { position }), bytes);
  }
  assert.equal(await bytesAtPlace(path, SIZES, { position: ALERTS.length }), undefined);
});

test('a file that is not the recorded one, or was altered, is not read by places', async (t) => {
  const path = await batchFile(t);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace('{"a": 1}', '{"a":1} '));
  assert.equal(await bytesAtPlace(path, SIZES, { position: 0 }), undefined);
  writeFileSync(path, text);
  appendFileSync(path, ' ');
  assert.equal(await bytesAtPlace(path, SIZES, { position: 0 }), undefined);
});
