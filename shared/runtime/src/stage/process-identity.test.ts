import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { StageWorld, until } from '../testing/stage-world.js';
import { isDeadProcess, processName } from './process-identity.js';

const STEM = '20260301_000001';

/** A process that runs, and what ends it. */
async function other(): Promise<{ pid: number; end: () => Promise<unknown> }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  return {
    pid: child.pid as number,
    end: () => {
      child.kill('SIGKILL');
      return once(child, 'exit');
    },
  };
}

test('a process of this host is dead when no process has its number, or this one has; any other may live', async () => {
  const process2 = await other();
  const name = `${hostname()}/${process2.pid}/1`;
  assert.equal(isDeadProcess(name), false);
  await process2.end();
  assert.equal(isDeadProcess(name), true);
  assert.equal(isDeadProcess(`${hostname()}/${process.pid}/1`), true, 'an earlier process of this number');
  assert.equal(isDeadProcess(processName()), false);
  assert.equal(isDeadProcess(`elsewhere/${process2.pid}/1`), false);
  assert.equal(isDeadProcess('test'), false);
});

test('a stage takes the stem of a process that was killed at once, and leaves that of one that lives', async (t) => {
  const world = await StageWorld.create(t);
  const dead = await other();
  const alive = await other();
  t.after(() => alive.end());
  const [taken, left] = [STEM, '20260301_000002'];
  await world.add(taken, left);
  await world.work.claim(taken, `${hostname()}/${dead.pid}/1`, Date.now(), 30_000);
  await world.work.claim(left, `${hostname()}/${alive.pid}/1`, Date.now(), 30_000);
  await dead.end();
  world.start(world.runner(world.record));
  await until('the stem of the dead process is done', () => world.performed.length > 0);
  assert.deepEqual(world.performed, [taken]);
  // The attempt that ended with the process counts: a stem that kills every process is given up in the end.
  assert.equal(await world.work.status(left), 0);
});
