import assert from 'node:assert/strict';
import childProcess, { type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { OneExport } from './one-export.js';
import type { ExportOrder } from './order.js';

const ORDER = {} as ExportOrder;

/** Replaces `fork`. */
function forkBy(t: TestContext, fork: (options: ForkOptions) => ChildProcess): void {
  const { mock } = t.mock.method(childProcess, 'fork', (_: string, __: string[], options: ForkOptions) =>
    fork(options),
  );
  syncBuiltinESMExports();
  t.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
}

test('a process that cannot be started keeps no other export from beginning', async (t) => {
  const { signal } = new AbortController();
  const exports = new OneExport(signal, () => {});
  // As where there is no memory for another process.
  forkBy(t, () => {
    throw new Error('spawn ENOMEM');
  });
  await assert.rejects(exports.begin(ORDER, signal), /ENOMEM/);
  await assert.rejects(exports.begin(ORDER, signal), /ENOMEM/);
});

test('a reader who leaves what was written unread keeps no other export from beginning', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-one-export-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'writes-much.mjs');
  writeFileSync(program, 'process.send({ gone: 0, unmade: 0 }); process.stdout.write(Buffer.alloc(10_000_000));');
  const children: ChildProcess[] = [];
  const { fork } = childProcess;
  forkBy(t, (options) => {
    children.push(fork(program, [], options));
    return children.at(-1)!;
  });
  const exports = new OneExport(new AbortController().signal, () => {});
  for (const time of [1, 2]) {
    const leave = new AbortController();
    const { bytes } = await exports.begin(ORDER, leave.signal);
    const reader = bytes.getReader();
    assert.ok((await reader.read()).value!.length > 0, `${time}`);
    const [child] = children.splice(0);
    // More is on its way than was read.
    while (child!.stdout!.readableLength === 0) await once(child!.stdout!, 'readable');
    const closed = once(child!, 'close');
    leave.abort();
    await closed;
  }
});
