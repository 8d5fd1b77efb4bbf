import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressSync } from 'snappy';
import { uncompressSnappy } from './codecs.js';

const TEXT = Buffer.from('{"psfFlux": NaN} '.repeat(500));

test('unpacks one raw block of snappy', () => {
  assert.deepEqual(uncompressSnappy(compressSync(TEXT)), TEXT);
});

test('unpacks the blocks of snappy-java', () => {
  const header = Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const blocks = [TEXT.subarray(0, 3_000), TEXT.subarray(3_000)].flatMap((part) => {
    const packed = compressSync(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(packed.length);
    return [length, packed];
  });
  assert.deepEqual(uncompressSnappy(Buffer.concat([header, ...blocks])), TEXT);
});
