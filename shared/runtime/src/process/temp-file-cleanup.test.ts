import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { dataPaths } from '@lvra/store';
import { createLogger } from '@lvra/telemetry';
import { clearLeftovers } from './temp-file-cleanup.js';

const STEM = '20260301_000001';

test('half-written files of killed processes are removed, those of living ones and all others stay', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lvra-leftovers-'));
  t.after(() => rmSync(root, { recursive: true }));
  const paths = dataPaths(root);
  const twoHoursAgo = Date.now() / 1000 - 7_200;
  const make = (path: string, written?: number) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'half');
    if (written !== undefined) utimesSync(path, written, written);
    return path;
  };
  const left = [
    make(join(dirname(paths.features(STEM)), `.${STEM}.csv.0a1b2c3d.tmp`), twoHoursAgo),
    make(`${paths.features(STEM)}.0a1b2c3d.tmp`, twoHoursAgo),
    make(`${paths.features(STEM, 'own')}.0a1b2c3d.tmp`, twoHoursAgo),
    make(`${paths.quarantined(STEM, 'feature', 3)}.0a1b2c3d.tmp`, twoHoursAgo),
    make(`${paths.dryRun(STEM, 'r0b')}.0a1b2c3d.tmp`, twoHoursAgo),
  ];
  const kept = [
    make(`${paths.features(STEM)}.ffffffff.tmp`),
    make(paths.features(STEM), twoHoursAgo),
    make(`${paths.features(STEM)}.tmp`, twoHoursAgo),
    make(join(root, 'db', 'log.db.0a1b2c3d.tmp'), twoHoursAgo),
  ];
  await clearLeftovers(paths, createLogger(paths, 'test', { stdout: false }));
  assert.deepEqual(left.filter(existsSync), []);
  assert.deepEqual(kept.filter(existsSync), kept);
  assert.deepEqual(readdirSync(dirname(paths.features(STEM))).length, 3, 'nothing else is left');
});

test('a file that another host is writing stays, however far this clock is from that of the file server', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lvra-leftovers-'));
  t.after(() => rmSync(root, { recursive: true }));
  const paths = dataPaths(root);
  const [written, left] = [`${paths.batch(STEM)}.ffffffff.tmp`, `${paths.batch(STEM)}.0a1b2c3d.tmp`] as const;
  mkdirSync(dirname(written), { recursive: true });
  for (const path of [written, left]) writeFileSync(path, 'half');
  const twoHoursAgo = Date.now() / 1000 - 7_200;
  utimesSync(left, twoHoursAgo, twoHoursAgo);
  const log = createLogger(paths, 'test', { stdout: false });
  for (const hours of [3, -3]) {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + hours * 3_600_000 });
    await clearLeftovers(paths, log);
    t.mock.timers.reset();
    assert.deepEqual([existsSync(written), existsSync(left)], [true, false], `${hours} h`);
  }
});
