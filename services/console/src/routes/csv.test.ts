import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf } from './csv.js';

test('a cell with a comma, a quote or a line break is quoted, and ids keep every digit', () => {
  assert.equal(
    csvOf([
      ['id', 'text'],
      ['169760231708427201', 'a,"b"\nc'],
      [0.1, null],
    ]),
    'id,text\r\n169760231708427201,"a,""b""\nc"\r\n0.1,\r\n',
  );
});

test('a text that a spreadsheet would calculate is text there too, and a negative number is a number', () => {
  assert.equal(csvOf([['=1+1', '@x', '+x', '-2.5', -2.5, '-x']]), "'=1+1,'@x,'+x,-2.5,-2.5,'-x\r\n");
});
