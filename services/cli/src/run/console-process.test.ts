import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LVRA, temporaryFolder } from '../testing/run-lvra.js';

describe('lvra run --console', { concurrency: true }, () => {
  const children: ChildProcess[] = [];
  const folders: (() => void)[] = [];
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    for (const remove of folders) remove();
  });

  /** Starts it, and waits for a line of its output. */
  async function start(listen: string, line: RegExp) {
    const { folder, remove } = temporaryFolder();
    folders.push(remove);
    const child = spawn(process.execPath, [LVRA, 'run', '--console', '--source', 'none'], {
      env: {
        LVRA_DATA_ROOT: folder,
        LVRA_CONSOLE_LISTEN: listen,
        LASAIR_LSST_TOKEN: 'token-of-the-test',
        LVRA_ENDPOINT: 'http://127.0.0.1:1/api',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const exit = once(child, 'exit');
    let said = '';
    const [, found = ''] = await new Promise<RegExpExecArray>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text) => {
        said += text;
        const match = line.exec(said);
        if (match) resolve(match);
      });
      void exit.then(() => reject(new Error(`it has ended: ${said}`)), reject);
    });
    return { child, found, exit };
  }

  const SERVED = /The console is at (http:\S+)\n/;
  const isServed = (address: string) =>
    fetch(address).then(
      () => true,
      () => false,
    );

  test('serves the pages by a process that knows no token, and ends it with itself', async () => {
    const { child, found, exit } = await start('127.0.0.1:0', SERVED);
    const answer = await fetch(found, { headers: { accept: 'text/html' } });
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /<title>Tonight/);
    const started = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
    const console = started.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('console'));
    const environment = readFileSync(`/proc/${console}/environ`, 'utf8');
    assert.match(environment, /LVRA_DATA_ROOT=/);
    assert.doesNotMatch(environment, /token-of-the-test/);
    child.kill('SIGINT');
    assert.deepEqual(await exit, [0, null]);
    assert.equal(await isServed(found), false);
  });

  test('leaves no console behind when it is killed', async () => {
    const { child, found } = await start('127.0.0.1:0', SERVED);
    assert.equal(await isServed(found), true);
    child.kill('SIGKILL');
    while (await isServed(found)) await sleep(20);
  });

  test('goes on without a console that cannot be served, and says why', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const why = /(The console has ended, and all else goes on.*cannot be served on 127\.0\.0\.1:\d+.*EADDRINUSE.*)\n/;
    const { child, exit } = await start(`127.0.0.1:${port}`, why);
    assert.equal(child.exitCode, null);
    child.kill('SIGINT');
    assert.deepEqual(await exit, [0, null]);
    taken.close();
  });
});
