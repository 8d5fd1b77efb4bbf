import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { cpuLimit } from './process-limits.js';

test('the limit of CPU is what the control group says, and none if it says none', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-limits-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  assert.equal(cpuLimit(folder), undefined);
  put('cpu/cpu.cfs_quota_us', '-1\n');
  put('cpu/cpu.cfs_period_us', '100000\n');
  assert.equal(cpuLimit(folder), undefined);
  put('cpu/cpu.cfs_quota_us', '50000\n');
  assert.equal(cpuLimit(folder), 0.5);
  put('cpu.max', 'max 100000\n');
  assert.equal(cpuLimit(folder), undefined);
  put('cpu.max', '200000 100000\n');
  assert.equal(cpuLimit(folder), 2);
});
