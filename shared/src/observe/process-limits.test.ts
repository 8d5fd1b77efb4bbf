import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cpuLimit } from './process-limits.js';

test('the limit of CPU is what the control group says, and none where it says none', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-limits-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'cpu.max');
  assert.equal(cpuLimit(file), undefined);
  writeFileSync(file, 'max 100000\n');
  assert.equal(cpuLimit(file), undefined);
  writeFileSync(file, '50000 100000\n');
  assert.equal(cpuLimit(file), 0.5);
});
