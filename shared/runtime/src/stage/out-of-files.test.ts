import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { StemFailed } from '@lvra/core';
import { writeFileAtomically } from '@lvra/store';
import { StageWorld, until } from '../testing/stage-world.js';

const SELF = fileURLToPath(import.meta.url);
const STEMS = ['20260301_000001', '20260301_000002', '20260301_000003'] as const;

/** Opens files until no more can be opened. @returns what closes them */
function openAll(): () => void {
  const held: number[] = [];
  try {
    for (;;) held.push(openSync('/dev/null', 'r'));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'EMFILE');
  }
  return () => {
    for (const descriptor of held) closeSync(descriptor);
  };
}

if (process.env.LVRA_TEST_FEW_FILES === undefined) {
  test('a process that can open no more files waits, as for a disk (in one that may have few)', () => {
    const environment = { PATH: process.env.PATH, LVRA_TEST_FEW_FILES: 'yes' };
    const few = ['-c', 'ulimit -n 120 && exec "$0" "$1"', process.execPath, SELF];
    const { status, stdout, stderr } = spawnSync('bash', few, { env: environment, encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  });
} else {
  test('no attempt of a stem is counted, and all are done when files can be opened again', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(...STEMS);
    const folder = mkdtempSync(join(tmpdir(), 'lvra-files-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'in'), 'x');
    const attempts: number[] = [];
    const read = async () => (await open(join(folder, 'in'), 'r')).close();
    let release: (() => void) | undefined = openAll();
    const stop = new AbortController();
    const runner = world.runner(
      async (stem, context) => {
        attempts.push(context.attempt);
        if (stem === STEMS[0]) await read();
        if (stem === STEMS[1]) {
          await read().catch((cause) => {
            throw new StemFailed(23, 'the file cannot be read', { cause });
          });
        }
        if (stem === STEMS[2]) await writeFileAtomically(join(folder, 'out'), (file) => file.writeFile('x'));
        // The next one meets it again.
        release ??= openAll();
        const result = await world.record(stem, context);
        return result;
      },
      { sweepMs: 2 },
    );
    const ended = runner.run(stop.signal);
    for (const stem of STEMS) {
      await until('it waits', () => /no more files can be opened .*ulimit -n/.test(runner.notReady() ?? ''));
      release?.();
      release = undefined;
      await until(`${stem} is done`, async () => (await world.work.status(stem)) === 1);
    }
    (release as (() => void) | undefined)?.();
    stop.abort();
    await ended;
    assert.ok(attempts.length >= 2 * STEMS.length, String(attempts));
    assert.ok(
      attempts.every((attempt) => attempt === 1),
      String(attempts),
    );
  });
}
