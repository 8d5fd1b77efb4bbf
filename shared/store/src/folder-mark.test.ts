import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { markFolder, readFolderMark, timeOfMark } from './folder-mark.js';
import { dataPaths } from './paths.js';

const LEDGER = '0123456789abcdef';

function newFolder(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'lvra-mark-'));
  t.after(() => rmSync(root, { recursive: true }));
  return dataPaths(root);
}

test('a folder keeps its first mark, to the last digit, whoever marks it at the same time', async (t) => {
  const paths = newFolder(t);
  assert.equal(await readFolderMark(paths), undefined);
  const times = Array.from({ length: 8 }, timeOfMark);
  await Promise.all(times.map((at) => markFolder(paths, { ledger: LEDGER, at })));
  const mark = await readFolderMark(paths);
  assert.ok(mark && mark.ledger === LEDGER && times.includes(mark.at), JSON.stringify(mark));
  await markFolder(paths, { ledger: LEDGER.replace('0', 'f'), at: timeOfMark() });
  assert.deepEqual(await readFolderMark(paths), mark);
  assert.deepEqual(readdirSync(paths.root), ['ledger-id']);
});

test('a mark that says nothing is an error, and not a missing one', async (t) => {
  const paths = newFolder(t);
  for (const text of [
    '',
    'ledger',
    `ledger ${LEDGER}, marked at never\n`,
    `ledger ${LEDGER}, marked at 1790000000123456`,
  ]) {
    writeFileSync(paths.mark, text);
    await assert.rejects(readFolderMark(paths), /ledger-id is damaged/);
  }
});
