import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mjdTaiOf, utcMsOf } from './tai.js';

// UTC noon of 2026-01-01 is MJD 61041.5; TAI is 37 s later.
const NOON = Date.parse('2026-01-01T12:00:00Z');

test('MJD TAI runs 37 s ahead of UTC', () => {
  assert.ok(Math.abs(mjdTaiOf(new Date(NOON)) - (61041.5 + 37 / 86_400)) < 1e-9);
});

test('MJD TAI gives its instant back, to the millisecond', () => {
  assert.equal(Math.round(utcMsOf(mjdTaiOf(new Date(NOON + 1)))), NOON + 1);
  assert.equal(new Date(Math.round(utcMsOf(61041.5))).toISOString(), '2026-01-01T11:59:23.000Z');
});
