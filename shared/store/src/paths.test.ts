import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataPaths } from './paths.js';

const STEM = '20260202_102448';

test('paths are those of the spec, and made of stems only', () => {
  const paths = dataPaths('/data/lvra');
  assert.equal(paths.batch(STEM), `/data/lvra/JSON/2026/20260202/${STEM}.json`);
  assert.equal(paths.features(STEM), `/data/lvra/csv/2026/20260202/${STEM}.csv`);
  assert.equal(paths.logs('20260202'), '/data/lvra/logs/2026/20260202');
  assert.deepEqual(
    [paths.database, paths.locks, paths.models],
    ['/data/lvra/db/log.db', '/data/lvra/locks', '/data/lvra/models'],
  );
  const folders = ['JSON', 'csv', 'logs'].map((type) => `/data/lvra/${type}/2027`);
  assert.deepEqual(paths.folders('2027'), [...folders, '/data/lvra/db', '/data/lvra/locks', '/data/lvra/models']);
  for (const make of [
    paths.batch,
    paths.features,
    (stem: string) => paths.quarantined(stem, 'feature', 1),
    (stem: string) => paths.dryRun(stem, 'r0b'),
  ]) {
    assert.throws(() => make('../../etc/passwd'), TypeError);
  }
});
