import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../testing/run-lvra.js';
import { calledAs } from './called-as.js';

const CHECKOUT = fileURLToPath(new URL('../../../..', import.meta.url));
const LINK = `${CHECKOUT}node_modules/.bin/lvra`;

/** What a command without a data folder says, called so. */
async function hintOf(program: string, words: string[], cwd: string, home: string): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: home, npm_config_update_notifier: 'false', LVRA_DATA_ROOT: home };
  const failed = await promisify(execFile)(program, words, { cwd, env }).catch((error: { stderr: string }) => error);
  return failed.stderr;
}

describe('a hint names the command as it was called', { concurrency: 2 }, () => {
  const { folder, remove } = temporaryFolder();
  after(remove);

  test('by the path of the checkout, from within it', async () => {
    assert.match(await hintOf(LINK, ['status'], CHECKOUT, folder), /`node_modules\/\.bin\/lvra init`/);
  });

  test('by the whole path from elsewhere', async () => {
    assert.ok((await hintOf(LINK, ['status'], folder, folder)).includes(`\`${LINK} init\``));
  });

  test('through npx', async () => {
    assert.match(await hintOf('npx', ['--no-install', 'lvra', 'status'], CHECKOUT, folder), /`npx lvra init`/);
  });

  test('as lvra where it is installed, whose start script names the program itself', () => {
    const argv = ['node', '/srv/lvra-stream/services/cli/bin/lvra.js', 'status'];
    assert.equal(calledAs({ argv, env: {}, cwd: '/' }), 'lvra');
  });
});
