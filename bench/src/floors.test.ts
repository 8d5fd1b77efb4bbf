import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonCursor } from '@lvra/shared/json/cursor';
import { readValue } from '@lvra/shared/json/values';
import { benchAlerts } from './alerts.js';
import { parseable, parseExactly } from './floors.js';

const digits = (_key: string, value: unknown) =>
  typeof value === 'bigint' || Number.isNaN(value) ? String(value) : value;

test('the exact parse gives every value, and every id by its digits', () => {
  for (const alert of benchAlerts(30)) {
    const exact = readValue(new JsonCursor().reset(alert), alert);
    assert.equal(JSON.stringify(parseExactly(alert)), JSON.stringify(exact, digits));
  }
});

test('bare JSON.parse is given all of the text but its NaN', () => {
  for (const alert of benchAlerts(30)) {
    const text = parseable(alert);
    JSON.parse(text);
    assert.equal(text.replaceAll('null', 'NaN'), alert.toString().replaceAll('null', 'NaN'));
  }
});
