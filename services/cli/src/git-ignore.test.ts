import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runLvra, temporaryFolder } from './testing/run-lvra.js';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

const { folder, remove } = temporaryFolder();
after(remove);

const git = (...words: string[]) => execFileSync('git', words, { cwd: folder, encoding: 'utf8' });

/** Everything that a command writes into a data folder: alerts, features, scores, calls, quarantine, logs, a backup. */
async function fillDataFolder(name: string): Promise<void> {
  const environment = { LVRA_DATA_ROOT: join(folder, name), LVRA_DRY_RUN: 'yes' };
  const input = join(folder, '..', `${name}.ndjson`);
  writeFileSync(input, 'not an alert\n');
  const simulated = ['run', '--once', '--source', 'simulate', '--simulate-count', '20'];
  const bad = ['run', '--once', '--source', 'replay', '--replay-path', input];
  for (const words of [['init'], simulated, bad, ['backup']]) {
    const { code, stdout, stderr } = await runLvra(words, { ...environment, LVRA_SIMULATE_COUNT: '20' });
    assert.ok(code === 0 || code === 1, `${words}: ${stdout}${stderr}`);
  }
  mkdirSync(join(folder, name, 'schemas'), { recursive: true });
  writeFileSync(join(folder, name, 'schemas', '1100.avsc'), '{}');
}

test('git add -A in a checkout that is in use adds neither its secrets nor its data', async () => {
  git('init', '--quiet');
  for (const file of ['.gitignore', 'models/.gitignore']) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(PROJECT, file), join(folder, file));
  }
  for (const name of ['data', 'my-nights', 'demo-data']) await fillDataFolder(name);
  const written = readdirSync(join(folder, 'data'));
  for (const name of ['JSON', 'csv', 'db', 'dryrun', 'locks', 'logs', 'quarantine', 'backups']) {
    assert.ok(written.includes(name), `${name}: ${written}`);
  }
  for (const file of [
    '.env',
    '.env.production',
    'secrets/lasair_token',
    'secrets/annotate/lasair_token',
    'secrets/consumer/kafka',
    'models/a1.onnx',
  ]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), 'secret');
  }
  writeFileSync(join(folder, '.env.example'), '');
  writeFileSync(join(folder, 'secrets', 'annotate', '.gitkeep'), '');
  git('add', '--all');
  const added = git('ls-files').trim().split('\n');
  const known = added.filter((file) => !file.endsWith('.gitignore'));
  assert.deepEqual(known, ['.env.example', 'secrets/annotate/.gitkeep']);
});
