import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { escapeControl } from '@lvra/core';
import { count, table } from './output.js';

describe('a text from outside', () => {
  for (const [name, text, shown] of [
    ['with a colour', '\x1b[31mred', '\\u001b[31mred'],
    ['with the one-byte form of it', '\x9b31mred', '\\u009b31mred'],
    ['that sets the title', '\x1b]0;owned\x07', '\\u001b]0;owned\\u0007'],
    ['with line ends', 'a\r\nb', 'a\\u000d\\u000ab'],
    ['with NUL', 'a\0b', 'a\\u0000b'],
    ['with half a pair', 'a\ud800b', 'a\\ud800b'],
    ['that turns the direction', '\u202etxt.exe', '\\u202etxt.exe'],
    ['of letters', 'é ✦ 😀 日本', 'é ✦ 😀 日本'],
  ] as const) {
    test(`${name} is shown as what it is`, () => assert.equal(escapeControl(text), shown));
  }

  test('stands in a table on its own line', () => {
    const lines = table(['stem', 'detail'], [['20260301_000001', 'bad \x1b[2J\nline']]).split('\n');
    assert.deepEqual(lines, ['stem             detail', '20260301_000001  bad \\u001b[2J\\u000aline']);
  });
});

test('a count has its thousands apart', () => {
  assert.deepEqual([0, 999, 1_000, 12_345, 1_234_567].map(count), ['0', '999', '1,000', '12,345', '1,234,567']);
});

describe('a table', () => {
  const head = ['', 'stem', 'alerts', 'last error'];
  const rows = [
    ['*', '20260301_000001', '12', 'the batch file JSON/2026/20260301_000001.json is gone'],
    ['', '20260301_000002', '3', ''],
  ];

  test('has its columns below one another, and no blanks at the ends', () => {
    assert.deepEqual(table(head, rows, [2], 200).split('\n'), [
      '   stem             alerts  last error',
      '*  20260301_000001      12  the batch file JSON/2026/20260301_000001.json is gone',
      '   20260301_000002       3',
    ]);
  });

  test('that is wider than the terminal is printed as records, with every word', () => {
    assert.deepEqual(table(head, rows, [2], 80).split('\n'), [
      '            *',
      'stem        20260301_000001',
      'alerts      12',
      'last error  the batch file JSON/2026/20260301_000001.json is gone',
      '',
      'stem        20260301_000002',
      'alerts      3',
    ]);
  });
});
