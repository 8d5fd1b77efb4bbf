import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readEnvFile } from './env-file.js';

const folder = mkdtempSync(join(tmpdir(), 'lvra-env-'));
after(() => rmSync(folder, { recursive: true }));
const example = join(folder, 'example');
writeFileSync(example, '# A word.\nLASAIR_LSST_TOKEN=\n#LVRA_ENDPOINT=\nLVRA_UID=1000\n');

function read(text: string) {
  const path = join(folder, `env-${Math.random()}`);
  writeFileSync(path, text);
  return readEnvFile(path, '.env', example);
}

describe('an .env file', () => {
  test('is read as compose reads it', () => {
    const { values, issues } = read(
      '# a comment\n\nLASAIR_LSST_TOKEN="abc#d"\nexport LVRA_ENDPOINT=http://x/api # theirs\r\nLVRA_UID= 7 \n',
    );
    assert.deepEqual(issues, []);
    assert.deepEqual(values, { LASAIR_LSST_TOKEN: 'abc#d', LVRA_ENDPOINT: 'http://x/api', LVRA_UID: '7' });
  });

  test('may have a comment behind a value in quotes', () => {
    const { values } = read('LASAIR_LSST_TOKEN="abc #d" # from the "web" page\nLVRA_UID=\'7\'\t# ours\n');
    assert.deepEqual(values, { LASAIR_LSST_TOKEN: 'abc #d', LVRA_UID: '7' });
  });

  test('with a $ that compose would replace is refused, and with one in single quotes is not', () => {
    const issue = "compose takes what follows the $ for a variable: put the value of LASAIR_LSST_TOKEN in 'quotes'";
    for (const value of ['s3$cret', '"s3$cret"']) {
      assert.deepEqual(read(`LASAIR_LSST_TOKEN=${value}\n`).issues, [`.env:1: ${issue}`]);
    }
    const { values, issues } = read("LASAIR_LSST_TOKEN='s3$cret' # $5 a month\n");
    assert.deepEqual([values, issues], [{ LASAIR_LSST_TOKEN: 's3$cret' }, []]);
  });

  test('with a misspelt name is refused with its line and the name that was meant', () => {
    const { values, issues } = read('LVRA_UID=1\nLASAIR_LSST_TOKN=abc\n');
    assert.deepEqual(issues, ['.env:2: LASAIR_LSST_TOKN is not a setting: did you mean LASAIR_LSST_TOKEN?']);
    assert.deepEqual(values, { LVRA_UID: '1' }, 'the settings do not report it again');
  });

  test('with a name that is like no other is refused', () => {
    assert.deepEqual(read('ZZZZZZZZZZZZZZZZZZZZZ=1').issues, [
      '.env:1: ZZZZZZZZZZZZZZZZZZZZZ is not a setting; .env.example names them all',
    ]);
  });

  test('that sets a name twice, or has a line that sets nothing, is refused', () => {
    assert.deepEqual(read('LVRA_UID=1\nLVRA_UID=2\nthe token is abc\n').issues, [
      '.env:2: LVRA_UID is set twice: remove one of the lines',
      '.env:3 is not understood: write NAME=value',
    ]);
  });

  test('is never quoted in a issue, because it holds secrets', () => {
    const { issues } = read('LASAIR_LSST_TOKN=s3cret\ns3cret\nLVRA_UID=s3cret\nLVRA_UID=s3cret\n');
    assert.equal(issues.length, 3);
    assert.doesNotMatch(issues.join('\n'), /s3cret/);
  });
});
