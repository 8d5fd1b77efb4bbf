import assert from 'node:assert/strict';
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { OneExport } from './one-export.js';
import type { ExportOrder } from './order.js';

test('a process that cannot be started keeps no other export from beginning', async (t) => {
  const { signal } = new AbortController();
  const exports = new OneExport(signal, () => {});
  // As where there is no memory for another process.
  const { mock } = t.mock.method(childProcess, 'fork', () => {
    throw new Error('spawn ENOMEM');
  });
  syncBuiltinESMExports();
  t.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
  const order = {} as ExportOrder;
  await assert.rejects(exports.begin(order, signal), /ENOMEM/);
  await assert.rejects(exports.begin(order, signal), /ENOMEM/);
});
