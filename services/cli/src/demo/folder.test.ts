import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { UsageError } from '@lvra/core';
import { runLvra, temporaryFolder } from '../testing/run-lvra.js';
import { beginDemoFolder } from './folder.js';

function place(t: TestContext): string {
  const { folder, remove } = temporaryFolder();
  t.after(remove);
  return join(folder, 'demo-data');
}

describe('the folder of a demonstration', () => {
  test('is made where nothing is, or an empty folder', (t) => {
    const folder = place(t);
    assert.equal(beginDemoFolder(folder), folder);
    const empty = `${folder}-empty`;
    mkdirSync(empty);
    beginDemoFolder(empty);
    assert.deepEqual(readdirSync(empty), readdirSync(folder));
  });

  test('is emptied where a demonstration made it', (t) => {
    const folder = place(t);
    beginDemoFolder(folder);
    const marked = readdirSync(folder);
    mkdirSync(join(folder, 'db'));
    writeFileSync(join(folder, 'db', 'log.db'), 'of the last one');
    beginDemoFolder(folder);
    assert.deepEqual(readdirSync(folder), marked);
  });

  test('is refused where it is a data folder, a file, or a link', (t) => {
    const folder = place(t);
    mkdirSync(join(folder, 'db'), { recursive: true });
    writeFileSync(join(folder, 'db', 'log.db'), 'a year of scores');
    const link = `${folder}-link`;
    symlinkSync(folder, link);
    writeFileSync(`${folder}-file`, '');
    for (const other of [folder, link, `${folder}-file`]) {
      assert.throws(() => beginDemoFolder(other), UsageError);
    }
    assert.equal(readFileSync(join(folder, 'db', 'log.db'), 'utf8'), 'a year of scores');
  });
});

test('lvra demo leaves a folder alone that it did not make, with exit code 2', async (t) => {
  const folder = place(t);
  mkdirSync(folder);
  writeFileSync(join(folder, 'notes.txt'), '');
  const ran = await runLvra(['demo'], {}, join(folder, '..'));
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /^lvra: .*demo-data is there, and no demonstration made it.*move it away/m);
  assert.equal(ran.stdout, '');
  assert.ok(existsSync(join(folder, 'notes.txt')));
});
