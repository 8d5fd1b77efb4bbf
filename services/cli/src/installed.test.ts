import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { STAGES } from '@lvra/core';
import { takeLocks } from '@lvra/runtime';
import { dataPaths } from '@lvra/store';
import { logged } from '@lvra/telemetry/testing/logged';
import { temporaryFolder } from './testing/run-lvra.js';

const INSTALL = fileURLToPath(new URL('../../../scripts/install.sh', import.meta.url));

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 60_000; !isSo(); await sleep(20)) assert.ok(Date.now() < deadline, what);
}

describe('what make install puts below its prefix', { concurrency: true }, () => {
  const { folder, remove } = temporaryFolder();
  const units = join(folder, 'lib/systemd/system');
  const children: ChildProcess[] = [];

  before(() => execFileSync(INSTALL, [folder, 'daemon']));
  after(() => {
    for (const child of children) child.kill('SIGKILL');
    remove();
  });

  test('the units have no place left to fill in, and systemd finds nothing wrong with them', () => {
    const names = readdirSync(units);
    assert.deepEqual(names.sort(), [
      'lvra-backup.service',
      'lvra-backup.timer',
      'lvra-console.service',
      'lvra-prune.service',
      'lvra-prune.timer',
      'lvra-run.service',
      'lvra.target',
      'lvra@.service',
    ]);
    for (const name of names) assert.doesNotMatch(readFileSync(join(units, name), 'utf8'), /@[A-Z]+@/, name);
    // Where there is no systemd, nobody will start them.
    if (!existsSync('/usr/bin/systemd-analyze')) return;
    const paths = names.map((name) => join(units, name));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', ...paths], {
      encoding: 'utf8',
    });
    assert.deepEqual([status, stderr], [0, '']);
  });

  test('a root who installs leaves the checkout to its owner, who can build again', () => {
    const checkout = join(folder, 'checkout');
    mkdirSync(join(checkout, 'scripts'), { recursive: true });
    copyFileSync(join(INSTALL, '../../Makefile'), join(checkout, 'Makefile'));
    writeFileSync(join(checkout, 'scripts/install.sh'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(checkout, 'GNUmakefile'), 'include Makefile\npackages: ;\nbuild:\n\t@touch built\n');
    const owner = process.getuid?.() === 0 ? Number(execFileSync('id', ['-u', 'nobody'])) : process.getuid?.();
    chmodSync(folder, 0o755);
    chownSync(checkout, owner as number, -1);
    execFileSync('make', ['install'], { cwd: checkout, stdio: 'pipe' });
    assert.equal(statSync(join(checkout, 'built')).uid, owner);
  });

  const started: readonly (readonly [string, () => readonly string[]])[] = [
    ['lvra run', () => [join(folder, 'bin/lvra'), 'run']],
    [
      'what systemd starts for it',
      () => /^ExecStart=(.*)$/m.exec(readFileSync(join(units, 'lvra-run.service'), 'utf8'))?.[1]?.split(' ') ?? [],
    ],
  ];
  for (const [index, [what, commandOf]] of started.entries()) {
    test(`SIGTERM to ${what} ends all of it in order, and its locks are free`, async () => {
      const paths = dataPaths(join(folder, `data-${index}`));
      mkdirSync(paths.root);
      const [program = '', ...words] = commandOf();
      const child = spawn(program, words, {
        // As cron has it: Node need not be found there.
        env: { PATH: '/usr/bin:/bin', LVRA_DATA_ROOT: paths.root, LVRA_SOURCE: 'none', LVRA_DRY_RUN: 'yes' },
        stdio: 'ignore',
      });
      children.push(child);
      await until('it runs', () => logged(paths, 'bigbashboy.log').includes('run begins'));
      // The process that gets the signal is the one that holds them.
      assert.match(readFileSync(join(paths.locks, 'annotate.lock'), 'utf8'), new RegExp(`^process ${child.pid} `));
      child.kill('SIGTERM');
      const [code, signal] = await once(child, 'exit');
      assert.deepEqual([code, signal], [0, null]);
      takeLocks(paths, ['consumer', ...STAGES], 'exclusive', 'the test').release();
    });
  }
});
