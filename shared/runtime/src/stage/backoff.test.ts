import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LONGEST_BACKOFF_MS } from '@lvra/ledger';
import { MOST_ATTEMPTS, waitAfterAttempt } from './backoff.js';

test('the wait doubles from ten seconds up to an hour, half of it by chance', () => {
  for (const [attempt, full] of [
    [1, 10_000],
    [2, 20_000],
    [5, 160_000],
    [9, 2_560_000],
  ] as const) {
    assert.equal(
      waitAfterAttempt(attempt, () => 0),
      full / 2,
    );
    assert.equal(
      waitAfterAttempt(attempt, () => 1),
      full,
    );
  }
});

test('no wait is longer than the ledger accepts, and the last attempt has none', () => {
  for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt++) {
    assert.ok((waitAfterAttempt(attempt, () => 1) as number) <= LONGEST_BACKOFF_MS);
  }
  assert.equal(waitAfterAttempt(MOST_ATTEMPTS), undefined);
  assert.equal(waitAfterAttempt(MOST_ATTEMPTS + 1), undefined);
});
