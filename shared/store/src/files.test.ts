import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { namesIn, writeChunks, writeFileAtomically } from './files.js';

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-files-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a file is there with its whole content, its folders made, and nothing beside it', async (t) => {
  const folder = newFolder(t);
  const path = join(folder, 'JSON', '2026', '20260301', 'a.json');
  await writeFileAtomically(path, (file) => writeChunks(file, [Buffer.from('[\n'), Buffer.from(']\n')]));
  assert.equal(readFileSync(path, 'utf8'), '[\n]\n');
  assert.deepEqual(readdirSync(join(folder, 'JSON', '2026', '20260301')), ['a.json']);
});

test('until it is whole a reader sees the old content, and after an error too', async (t) => {
  const folder = newFolder(t);
  const path = join(folder, 'a.csv');
  writeFileSync(path, 'old');
  const failing = writeFileAtomically(path, async (file) => {
    await file.write('half of the n');
    assert.equal(readFileSync(path, 'utf8'), 'old');
    const [other] = readdirSync(folder).filter((name) => name !== 'a.csv');
    assert.match(other ?? '', /^\.a\.csv\.[0-9a-f]{8}\.tmp$/, 'hidden from what reads whole folders');
    throw new Error('the disk is full');
  });
  await assert.rejects(failing, /the disk is full/);
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['a.csv']);
  await writeFileAtomically(path, (file) => writeChunks(file, [Buffer.from('new')]));
  assert.equal(readFileSync(path, 'utf8'), 'new');
});

test('two writers of one file do not mix', async (t) => {
  const path = join(newFolder(t), 'a.csv');
  const contents = ['a', 'b', 'c'].map((letter) => letter.repeat(200_000));
  await Promise.all(
    contents.map((content) => writeFileAtomically(path, (file) => writeChunks(file, [Buffer.from(content)]))),
  );
  assert.ok(contents.includes(readFileSync(path, 'utf8')));
});

test('a path that cannot be written is the error of the file system', async (t) => {
  const folder = newFolder(t);
  mkdirSync(join(folder, 'a.csv'));
  await assert.rejects(
    writeFileAtomically(join(folder, 'a.csv'), async () => {}),
    { code: /EISDIR|ENOTEMPTY|EEXIST/ },
  );
  assert.deepEqual(readdirSync(folder), ['a.csv']);
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(
    writeFileAtomically(join(folder, 'file', 'a.csv'), async () => {}),
    { code: 'EEXIST' },
  );
  assert.equal(existsSync(join(folder, 'file', 'a.csv')), false);
});

test('chunks are written in order and in full: none, empty ones, and more than one system call takes', async (t) => {
  const path = join(newFolder(t), 'chunks');
  const chunks = Array.from({ length: 5_000 }, (_, n) => Buffer.from(n % 7 === 0 ? '' : `${n},`));
  const file = await open(path, 'w');
  await writeChunks(file, []);
  await writeChunks(file, [Buffer.alloc(0)]);
  await writeChunks(file, chunks);
  await file.close();
  assert.equal(readFileSync(path, 'utf8'), Buffer.concat(chunks).toString());
});

test('what a system call leaves unwritten is written by the next', async () => {
  // Only a disk that is nearly full does this by itself.
  const written: Buffer[] = [];
  const reluctant = {
    writev(chunks: readonly Uint8Array[]) {
      const all = Buffer.concat(chunks as Uint8Array[]);
      const some = all.subarray(0, Math.max(1, Math.min(all.length, 3 + (written.length % 4))));
      written.push(some);
      return Promise.resolve({ bytesWritten: some.length });
    },
  };
  const chunks = ['one', '', 'three', 'f', 'fifteen letters', 'x'].map((text) => Buffer.from(text));
  await writeChunks(reluctant as unknown as Parameters<typeof writeChunks>[0], chunks);
  assert.equal(Buffer.concat(written).toString(), 'onethreeffifteen lettersx');
});

test('the names in a folder come sorted; a folder that is missing, or is a file, has none', (t) => {
  const folder = newFolder(t);
  for (const name of ['b', 'a', 'c']) writeFileSync(join(folder, name), '');
  assert.deepEqual(namesIn(folder), ['a', 'b', 'c']);
  assert.deepEqual([namesIn(join(folder, 'missing')), namesIn(join(folder, 'a'))], [[], []]);
  assert.throws(() => namesIn(join(folder, 'x'.repeat(300))), { code: 'ENAMETOOLONG' });
});
