import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { startProcess } from './process.js';

const forever = {
  name: 'sleeper',
  command: 'sh',
  args: ['-c', 'echo up; exec sleep 60'],
  ready: /up/,
  withinMs: 5_000,
};

/** A process that starts a server, prints the server's id and then does as told. */
const starter = (then: string) => `
  import { startProcess } from ${JSON.stringify(new URL('./process.js', import.meta.url).href)};
  const server = await startProcess(${inspect(forever)});
  console.log(server.pid);
  ${then}
`;

async function startAndLeave(then: string, signal?: NodeJS.Signals): Promise<number> {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', starter(then)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(parent, 'exit');
  const [pid] = await once(createInterface({ input: parent.stdout }), 'line');
  if (signal) parent.kill(signal);
  await exited;
  return Number(pid);
}

/** Whether a process runs. One that has ended may stay listed as a zombie (Z) until init fetches it. */
function runs(pid: number): boolean {
  try {
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // no longer listed
  }
}

async function assertGone(pid: number): Promise<void> {
  for (let tries = 0; tries < 100 && runs(pid); tries++) await sleep(20);
  assert.equal(runs(pid), false, `process ${pid} still runs`);
}

test('a forgotten server neither keeps its starter alive nor outlives it', async () => {
  await assertGone(await startAndLeave(''));
});

test('a server ends with a starter that crashes', async () => {
  await assertGone(await startAndLeave('throw new Error("crash");'));
});

test('a server ends with a starter that is killed', async () => {
  await assertGone(await startAndLeave('setInterval(() => {}, 1000);', 'SIGKILL'));
});

test('ending a server twice is quiet, and after it the process is gone', async () => {
  const server = await startProcess(forever);
  await server.end('SIGTERM');
  await server.end('SIGTERM');
  assert.equal(runs(server.pid), false);
});

test('a server that is silent for too long is killed, and the error shows what it did say', async () => {
  const args = ['-c', 'echo "not yet $$"; exec sleep 60'];
  const error = await startProcess({ ...forever, args, ready: /never/, withinMs: 300 }).catch((reason) => reason);
  assert.match(error.message, /^sleeper was not up after 300 ms/);
  const pid = Number(/not yet (\d+)/.exec(error.message)?.[1]);
  assert.ok(pid > 0);
  assert.equal(runs(pid), false);
});

test('a command that does not exist is named', async () => {
  await assert.rejects(startProcess({ ...forever, command: 'no-such-command' }), /sleeper ended.*no-such-command/s);
});
