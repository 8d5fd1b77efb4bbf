import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { usageOf, usedBetween } from './process-usage.js';

/** Looks at a program that runs a script, has printed something, and waits for its standard input to end. */
async function whileItWaits<T>(script: string, look: (pid: number) => T): Promise<T> {
  const child = spawn(process.execPath, ['-e', `${script}; process.stdin.resume()`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    return look(child.pid as number);
  } finally {
    child.stdin.end();
    await once(child, 'exit');
  }
}

const burn = (ms: number) => `while (process.cpuUsage().user < ${ms * 1000});`;

test('the CPU of a process is what the process itself counts', async () => {
  const usage = await whileItWaits(`${burn(300)} console.log('burnt')`, usageOf);
  assert.ok(usage.userMs >= 280 && usage.userMs < 600, `${usage.userMs} ms`);
  assert.ok(usage.peakMb > 20, `${usage.peakMb} MB`);
});

test('children count, ended and living', async () => {
  const ended = await whileItWaits(
    `require('child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(burn(400))}]); console.log('burnt')`,
    usageOf,
  );
  assert.ok(ended.userMs >= 380, `${ended.userMs} ms with the ended child`);
  const living = await whileItWaits(
    `const child = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(`${burn(400)} console.log(1); process.stdin.resume()`)}]);
     process.stdin.once('end', () => child.stdin.end());
     child.stdout.once('data', () => console.log('burnt'))`,
    usageOf,
  );
  assert.ok(living.userMs >= 380, `${living.userMs} ms with the living child`);
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

test('a process that has ended has no usage', () => {
  const pid = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
  assert.throws(() => usageOf(pid), { code: 'ENOENT' });
});
