import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mjdTaiOf, utcMsOf } from '@lvra/core';
import { iso } from './iso.js';

test('a time that went through an MJD is the same millisecond', () => {
  for (let ms = Date.UTC(2026, 2, 1, 4, 15, 40, 0); ms < Date.UTC(2026, 2, 1, 4, 15, 41); ms++) {
    assert.equal(iso(utcMsOf(mjdTaiOf(new Date(ms)))), new Date(ms).toISOString());
  }
});

test('what is no time has none', () => {
  assert.deepEqual([iso(Number.NaN), iso(9e15)], [null, null]);
});
