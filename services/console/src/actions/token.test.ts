import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormTokens } from './token.js';

const NOW = Date.UTC(2026, 1, 2);

test('a token is good for a quarter of an hour, and what it says of that cannot be changed', () => {
  const tokens = new FormTokens();
  const token = tokens.make('ada retries', NOW);
  assert.equal(tokens.isGood(token, 'ada retries', NOW + 14 * 60_000), true);
  assert.equal(tokens.isGood(token, 'ada retries', NOW + 16 * 60_000), false);
  const [until = '', signature] = token.split('.');
  assert.equal(tokens.isGood(`${Number(until) + 60_000}.${signature}`, 'ada retries', NOW), false);
});
