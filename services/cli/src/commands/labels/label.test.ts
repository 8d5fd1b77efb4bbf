import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { test } from 'node:test';
import { userName } from './label.js';

test('who has no name, as the user of a container, is told to write one', (t) => {
  const { mock } = t.mock.method(os, 'userInfo', () => {
    throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT (no such file or directory)');
  });
  syncBuiltinESMExports();
  t.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
  assert.throws(userName, { name: 'UsageError', message: 'your account has no name here: say who with --who' });
});
