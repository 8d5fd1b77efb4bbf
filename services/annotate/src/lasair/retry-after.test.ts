import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from './retry-after.js';

const NOW = Date.UTC(2026, 1, 2, 12);

for (const [header, ms] of [
  ['90', 90_000],
  [' 5 ', 5_000],
  ['9999999999', 9_999_999_999_000],
  ['Mon, 02 Feb 2026 12:05:00 GMT', 300_000],
  ['0', undefined],
  ['-1', undefined],
  ['+5', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  ['', undefined],
  ['soon', undefined],
  ['5 minutes', undefined],
  ['2030', 2_030_000],
  ['2030-01-01', undefined],
  ['Mon, 02 Feb 2026 12:00:00 GMT', undefined],
  ['Mon, 02 Feb 2026 11:00:00 GMT', undefined],
  ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
  ['Mon, 99 Feb 2026 12:05:00 GMT', undefined],
  [undefined, undefined],
] as const) {
  test(`a Retry-After of ${JSON.stringify(header)} asks for ${ms === undefined ? 'nothing' : `${ms} ms`}`, () => {
    assert.equal(retryAfterMs(header, NOW), ms);
  });
}
