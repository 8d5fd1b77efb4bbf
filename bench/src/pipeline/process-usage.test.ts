import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { usageOf, usedBetween } from './process-usage.js';

/** Burns 150 ms in a child that ends, and 150 in one that lives until its standard input ends. */
const FAMILY = `
import os, sys, time
def burn():
    while time.process_time() < 0.15: pass
if os.fork() == 0: burn() or os._exit(0)
os.wait()
if os.fork() == 0: burn() or print('burnt', flush=True) or sys.stdin.read() or os._exit(0)
os.wait()`;

test('the CPU of a process is its own and that of its children, ended and living', async () => {
  const parent = spawn('python3', ['-S', '-c', FAMILY], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(parent.stdout, 'data');
    const { userMs, systemMs, cpuMs, peakMb } = usageOf(parent.pid as number);
    // Each of the three may lack a hundredth of a second twice; without either child it would be some 200 ms.
    const used = userMs + systemMs;
    assert.ok(used >= 240 && used < 500, `${used} ms`);
    assert.ok(cpuMs >= used);
    assert.ok(peakMb > 4, `${peakMb} MB`);
  } finally {
    parent.stdin.end();
    await once(parent, 'exit');
  }
});

test('what is written to the disk is counted between two readings', () => {
  const folder = mkdtempSync(join(process.cwd(), '.usage-'));
  try {
    const before = usageOf(process.pid);
    execFileSync('dd', ['if=/dev/zero', `of=${join(folder, 'file')}`, 'bs=1M', 'count=3', 'conv=fsync', 'status=none']);
    const { writtenBytes } = usedBetween(before, usageOf(process.pid));
    assert.ok(writtenBytes >= 3 * 1024 * 1024 && writtenBytes < 4 * 1024 * 1024, `${writtenBytes} bytes`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
