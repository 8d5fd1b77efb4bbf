import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { hideSecrets } from '@lvra/telemetry';
import { readSecret } from './secrets.js';
import { secretFile } from './testing/secret-file.js';

test('a secret in a file is the one that is there when it is asked for, and hidden as the first was', (t) => {
  const { secret, put } = secretFile(t, 'first-secret');
  assert.equal(secret(), 'first-secret');
  put('second-secret');
  assert.equal(secret(), 'second-secret');
  assert.equal(hideSecrets('first-secret, second-secret'), '[secret], [secret]');
});

test('if the file has none any more the last one stays in use, and the process warns once', async (t) => {
  const warnings: string[] = [];
  const hear = ({ message }: Error) => warnings.push(message);
  process.on('warning', hear);
  t.after(() => process.off('warning', hear));
  const { secret, path, put } = secretFile(t, 'the-secret');
  for (const content of ['', 'two words', undefined]) {
    if (content === undefined) rmSync(path);
    else put(content);
    assert.deepEqual([secret(), secret()], ['the-secret', 'the-secret']);
  }
  await nextTurn();
  assert.equal(warnings.length, 3, warnings.join('\n'));
  assert.match(warnings.join('\n'), /is empty.*\n.*more than one word.*\n.*ENOENT/);
  assert.ok(!warnings.join().includes('two words'));
});

test('one in the environment stays as it was at the start', () => {
  const environment: NodeJS.ProcessEnv = { SECRET: ' of-the-environment ' };
  const secret = readSecret(['OTHER', 'SECRET'], environment, []);
  environment.SECRET = 'changed';
  assert.equal(secret?.(), 'of-the-environment');
  assert.equal(secret?.from, 'SECRET');
});
