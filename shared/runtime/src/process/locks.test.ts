import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { LockHeld, STAGES } from '@lvra/core';
import { type DataPaths, dataPaths } from '@lvra/store';
import { type HeldLocks, LOCK_FILES, takeLocks } from './locks.js';

const ALL = ['consumer', ...STAGES] as const;

describe('locks on a data folder', () => {
  let paths: DataPaths;
  let held: HeldLocks[];
  let children: ChildProcess[];

  beforeEach(() => {
    paths = dataPaths(mkdtempSync(join(tmpdir(), 'lvra-locks-')));
    mkdirSync(paths.locks);
    held = [];
    children = [];
  });

  afterEach(async () => {
    for (const locks of held) locks.release();
    for (const child of children) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin?.end();
      await ended;
    }
    rmSync(paths.root, { recursive: true, force: true });
  });

  const take = (stages: readonly (typeof ALL)[number][], mode: 'exclusive' | 'shared') => {
    const locks = takeLocks(paths, stages, mode, 'lvra test');
    held.push(locks);
    return locks;
  };

  /** Takes a lock as the team's cron script does, until its stdin ends. */
  const cronJob = async (file: string): Promise<ChildProcess> => {
    const script = `exec 9>"$1/${file}"; flock -n 9 || exit 1; echo locked; read -r _`;
    const child = spawn('bash', ['-c', script, 'bigbashboy', paths.locks], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`the cron job ended with ${code}`)));
    });
    return child;
  };

  /** Whether the cron job would find a lock free. */
  const isFree = (file: string): boolean => {
    try {
      execFileSync('flock', ['-n', join(paths.locks, file), 'true']);
      return true;
    } catch {
      return false;
    }
  };

  test('an embedded run holds all four of the spec’s files, and lets go of them', () => {
    const locks = take(ALL, 'exclusive');
    for (const file of ['consumer.lock', 'r0bfeatures.lock', 'predict.lock', 'annotate.lock']) {
      assert.equal(isFree(file), false, file);
    }
    locks.release();
    for (const file of Object.values(LOCK_FILES)) assert.equal(isFree(file), true, file);
  });

  test('services share, and keep an embedded run and the cron job off', () => {
    take(['feature'], 'shared');
    take(['feature'], 'shared');
    assert.equal(isFree('r0bfeatures.lock'), false);
    assert.throws(() => take(ALL, 'exclusive'), LockHeld);
    assert.equal(isFree('consumer.lock'), true, 'what was taken before the refusal is let go of');
  });

  test('an embedded run keeps services off', () => {
    take(ALL, 'exclusive');
    for (const stage of ALL) assert.throws(() => take([stage], 'shared'), LockHeld);
  });

  test('the error names the file, the process and the command of the cron job', async () => {
    const job = await cronJob('predict.lock');
    assert.throws(
      () => take(ALL, 'exclusive'),
      (error: Error) => {
        assert.ok(error instanceof LockHeld);
        assert.match(
          error.message,
          new RegExp(`locks/predict.lock is held by process ${job.pid} \\(bash -c .*bigbashboy`),
        );
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
    );
    assert.throws(() => take(['predict'], 'shared'), new RegExp(`process ${job.pid} `));
  });

  test('the file names the holder, and the lock of a killed holder is released', async () => {
    const locks = take(['annotate'], 'exclusive');
    const note = readFileSync(join(paths.locks, 'annotate.lock'), 'utf8');
    assert.match(note, new RegExp(`^process ${process.pid} on \\S+ \\(lvra test\\), since \\d{4}-\\d\\d-\\d\\dT`));
    locks.release();
    const job = await cronJob('annotate.lock');
    const ended = new Promise((resolve) => job.once('exit', resolve));
    job.kill('SIGKILL');
    await ended;
    children = [];
    take(['annotate'], 'exclusive');
  });

  test('on a file system without flock it reports that in a line, and ends with exit code 2', () => {
    // Nothing here can be mounted that has none: what the kernel would answer is put into the library that asks it.
    const program = `
      import { createRequire } from 'node:module';
      createRequire(${JSON.stringify(import.meta.url)})('fs-ext').flockSync = () => {
        throw Object.assign(new Error('ENOLCK, No locks available'), { code: 'ENOLCK' });
      };
      const { takeLocks } = await import(${JSON.stringify(new URL('locks.js', import.meta.url).href)});
      const { runProgram } = await import(${JSON.stringify(new URL('program.js', import.meta.url).href)});
      const { dataPaths } = await import(${JSON.stringify(new URL('../../../store/dist/paths.js', import.meta.url).href)});
      await runProgram('lvra', async () => takeLocks(dataPaths(process.argv[1]), ['feature'], 'shared', 'lvra test'));`;
    const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program, paths.root], {
      encoding: 'utf8',
    });
    assert.match(
      stderr,
      /^lvra: \S+r0bfeatures\.lock cannot be locked: ENOLCK, No locks available; put the data folder on a local disk.*\n$/,
    );
    assert.equal(status, 2);
  });

  test('on a volume that takes no writes it says what to do', () => {
    const program = `import { takeLocks } from ${JSON.stringify(new URL('locks.js', import.meta.url).href)};
      import { dataPaths } from ${JSON.stringify(new URL('../../../store/dist/paths.js', import.meta.url).href)};
      takeLocks(dataPaths(process.argv[1]), ['feature'], 'exclusive', 'lvra test');`;
    // No file may have a block: to the next write it is a full disk.
    const run = ['-c', 'ulimit -f 0; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', program];
    const { stderr } = spawnSync('sh', [...run, paths.root], { encoding: 'utf8' });
    assert.match(
      stderr,
      /UsageError: the lock file .*r0bfeatures\.lock cannot be written: .*; make room on its volume/,
    );
  });
});
