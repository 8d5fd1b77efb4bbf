import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AlertRejected } from '@lvra/core';
import { BOMBS } from '@lvra/test-servers/kafka/bombs';
import { CODEC_NUMBERS } from '@lvra/test-servers/kafka/record-batch';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { unpack } from './unpack.js';

const MIB = 1024 ** 2;
const ALERTS = readFileSync(new URL('../../../../../../shared/real/alerts-20260202.ndjson', import.meta.url));
const [FIRST, SECOND] = [ALERTS.subarray(0, 300_000), ALERTS.subarray(300_000, 1_000_000)] as const;
const BOTH = Buffer.concat([FIRST, SECOND]);

/** As snappy-java writes it: blocks of a size, each with its length before it. */
function snappyJava(bytes: Buffer, blockBytes: number): Buffer {
  const parts: Buffer[] = [Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1])];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = compressSync(bytes.subarray(at, at + blockBytes));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** Frames of zstd whose blocks are stored, or repeat one byte; by RFC 8878. */
const ZSTD = {
  /** Without its length. */
  open: (...blocks: Buffer[]) => Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]), ...blocks]),
  /** With its length, in four bytes, and no window of its own. */
  sized: (bytes: number, ...blocks: Buffer[]) => {
    const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
    head.writeUInt32LE(bytes, 5);
    return Buffer.concat([head, ...blocks]);
  },
  stored: (bytes: Buffer, isLast = true) => Buffer.concat([blockHead(bytes.length, 0, isLast), bytes]),
  repeated: (byte: number, bytes: number, isLast = true) =>
    Buffer.concat([blockHead(bytes, 1, isLast), Buffer.of(byte)]),
};

function blockHead(size: number, type: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntLE((size << 3) | (type << 1) | Number(isLast), 0, 3);
  return bytes;
}

const SMALL = ALERTS.subarray(0, 60_000);
const SKIPPED = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
/** Each with what it must unpack to. */
const WHOLE: [keyof typeof CODEC_NUMBERS, string, Buffer, Buffer][] = [
  ['gzip', 'a member', gzipSync(BOTH), BOTH],
  ['gzip', 'two members', Buffer.concat([gzipSync(FIRST), gzipSync(SECOND)]), BOTH],
  ['gzip', 'a member of nothing', gzipSync(Buffer.alloc(0)), Buffer.alloc(0)],
  ['snappy', 'a raw block', compressSync(BOTH), BOTH],
  ['snappy', 'a raw block of more than a MiB', compressSync(ALERTS), ALERTS],
  ['snappy', 'blocks of snappy-java', snappyJava(BOTH, 32 * 1024), BOTH],
  ['lz4', 'a frame', compressFrameSync(BOTH), BOTH],
  ['lz4', 'a frame with checksums', compressFrameSync(BOTH, { contentChecksum: true, blockChecksums: true }), BOTH],
  ['lz4', 'two frames', Buffer.concat([compressFrameSync(FIRST), compressFrameSync(SECOND)]), BOTH],
  [
    'lz4',
    'a frame, what is to be skipped, and a frame',
    Buffer.concat([compressFrameSync(FIRST), SKIPPED, compressFrameSync(SECOND)]),
    BOTH,
  ],
  ['lz4', 'long runs', compressFrameSync(Buffer.alloc(500_000, 'ab')), Buffer.alloc(500_000, 'ab')],
  ['zstd', 'a frame that says its length', ZSTD.sized(SMALL.length, ZSTD.stored(SMALL)), SMALL],
  [
    'zstd',
    'a frame that does not',
    ZSTD.open(ZSTD.stored(SMALL, false), ZSTD.repeated(32, 9)),
    Buffer.concat([SMALL, Buffer.alloc(9, ' ')]),
  ],
  [
    'zstd',
    'two frames',
    Buffer.concat([ZSTD.sized(SMALL.length, ZSTD.stored(SMALL)), SKIPPED, ZSTD.open(ZSTD.stored(SMALL))]),
    Buffer.concat([SMALL, SMALL]),
  ],
];

const refused = (reason: string) => (error: unknown) => error instanceof AlertRejected && error.reason === reason;

describe('unpacking', () => {
  for (const [codec, what, packed, wanted] of WHOLE) {
    const number = CODEC_NUMBERS[codec];
    test(`${codec} gives all of ${what}, if exactly that much is allowed`, () => {
      assert.ok(unpack(number, packed, Math.max(wanted.length, 1)).equals(wanted));
    });

    if (wanted.length === 0) continue;
    test(`${codec} refuses ${what} if a byte less is allowed`, () => {
      assert.throws(() => unpack(number, packed, wanted.length - 1), refused('batch_too_large'));
    });

    test(`${codec} refuses ${what} if it is cut`, () => {
      for (const left of [1, 4, 7, 12, 20, Math.floor(packed.length / 2), packed.length - 1]) {
        // Others could follow at the end of a frame or member.
        const cut = packed.subarray(0, left);
        assert.throws(() => unpack(number, cut, 64 * MIB), refused('batch_damaged'), `${left} bytes`);
      }
    });

    test(`${codec} rejects ${what} if a byte is altered, or gives no more than is allowed`, () => {
      for (let at = 0; at < packed.length; at += Math.max(1, Math.floor(packed.length / 150))) {
        const bytes = Buffer.from(packed);
        bytes[at] = (bytes[at] as number) ^ 0xff;
        try {
          assert.ok(unpack(number, bytes, 2 * MIB).length <= 2 * MIB);
        } catch (error) {
          assert.ok(error instanceof AlertRejected, `byte ${at}: ${error}`);
        }
      }
    });
  }

  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`${codec} of a GiB in few bytes is refused before it is in memory`, () => {
      const packed = BOMBS[codec]().subarray(61);
      const begun = process.memoryUsage().rss;
      const from = performance.now();
      assert.throws(() => unpack(CODEC_NUMBERS[codec], packed, 64 * MIB), refused('batch_too_large'));
      assert.ok(performance.now() - from < 10_000);
      assert.ok(process.memoryUsage().rss - begun < 200 * MIB);
    });
  }

  test('does not trust claimed lengths', () => {
    const claims = Buffer.from(compressSync(SMALL));
    // Four bytes of a length of five: 255 MiB.
    const long = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0x7f]), claims.subarray(3)]);
    assert.throws(() => unpack(CODEC_NUMBERS.snappy, long, 1024 * MIB), refused('batch_damaged'));
    const zstd = ZSTD.sized(900 * MIB, ZSTD.stored(SMALL));
    assert.throws(() => unpack(CODEC_NUMBERS.zstd, zstd, 1024 * MIB), refused('batch_damaged'));
    // A window of 2 GiB for nothing.
    const window = Buffer.from(ZSTD.open(ZSTD.stored(SMALL)));
    window[5] = 0xa8;
    assert.throws(() => unpack(CODEC_NUMBERS.zstd, window, 64 * MIB), refused('batch_damaged'));
    const gzip = gzipSync(SMALL);
    gzip.writeUInt32LE(60_001, gzip.length - 4);
    assert.throws(() => unpack(CODEC_NUMBERS.gzip, gzip, 64 * MIB), refused('batch_damaged'));
  });

  test('does not know other codecs', () => {
    for (const codec of [5, 6, 7]) assert.throws(() => unpack(codec, SMALL, MIB), refused('batch_damaged'));
  });
});
