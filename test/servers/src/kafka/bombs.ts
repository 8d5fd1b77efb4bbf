import { gzipSync } from 'node:zlib';
import { CODEC_NUMBERS, headOfOnlyRecord, recordBatch, varint } from './record-batch.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** For snappy only, which packs 64 bytes into three at best; the batch then has 10 MB. */
const SNAPPY_BYTES = 200 * MIB;

export type Bomb = 'gzip' | 'snappy' | 'lz4' | 'zstd' | 'records';

/**
 * Batches of Kafka that are small and grow: to one record of a GiB of zeros (snappy: of 200 MiB), or to three million
 * records of a byte each. Kafka takes them as they are.
 */
export const BOMBS: Readonly<Record<Bomb, () => Buffer>> = {
  gzip: () => ofOneRecord('gzip', GIB, gzip),
  snappy: () => ofOneRecord('snappy', SNAPPY_BYTES, snappy),
  lz4: () => ofOneRecord('lz4', GIB, lz4),
  zstd: () => ofOneRecord('zstd', GIB, zstd),
  records: () => recordBatch({ codec: CODEC_NUMBERS.gzip, count: 3_000_000, packed: gzipSync(manyRecords(3_000_000)) }),
};

function ofOneRecord(codec: keyof typeof CODEC_NUMBERS, bytes: number, pack: (head: Buffer, zeros: number) => Buffer) {
  return recordBatch({ codec: CODEC_NUMBERS[codec], count: 1, packed: pack(headOfOnlyRecord(bytes), bytes + 1) });
}

/** Concatenated members, none of which states the total length. */
function gzip(head: Buffer, zeros: number): Buffer {
  const member = gzipSync(Buffer.alloc(16 * MIB), { level: 9 });
  const members = Array.from({ length: Math.floor(zeros / (16 * MIB)) }, () => member);
  return Buffer.concat([gzipSync(head), ...members, gzipSync(Buffer.alloc(zeros % (16 * MIB)))]);
}

/** Blocks of snappy-java: Kafka holds a raw block in memory as a whole. */
function snappy(head: Buffer, zeros: number): Buffer {
  const header = Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const block = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const whole = block(snappyBlock(Buffer.alloc(0), MIB));
  const blocks = Array.from({ length: Math.floor(zeros / MIB) }, () => whole);
  return Buffer.concat([header, block(snappyBlock(head, zeros % MIB)), ...blocks]);
}

/** Some bytes and a zero as they are, and then copies of the zero, 64 bytes each. */
function snappyBlock(head: Buffer, zeros: number): Buffer {
  const length: number[] = [];
  let rest = head.length + zeros;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) length.push((rest % 128) | 0x80);
  length.push(rest);
  const literal = Buffer.concat([head, Buffer.of(0)]);
  const copies = Buffer.alloc(3 * Math.floor((zeros - 1) / 64), Buffer.of((63 << 2) | 2, 1, 0));
  const left = (zeros - 1) % 64;
  const last = left > 0 ? Buffer.of(((left - 1) << 2) | 2, 1, 0) : Buffer.alloc(0);
  return Buffer.concat([Buffer.from(length), Buffer.of((literal.length - 1) << 2), literal, copies, last]);
}

/** One frame: the head as it is, and then blocks of 4 MiB, each a match that repeats its first byte. */
function lz4(head: Buffer, zeros: number): Buffer {
  const frame = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
  const block = (bytes: number) => {
    const packed = repeated(bytes);
    return Buffer.concat([uint32(packed.length), packed]);
  };
  const whole = Array.from({ length: Math.floor(zeros / (4 * MIB)) }, () => block(4 * MIB));
  const left = Buffer.alloc(zeros % (4 * MIB));
  const stored = (bytes: Buffer) => Buffer.concat([uint32((bytes.length | 0x80000000) >>> 0), bytes]);
  return Buffer.concat([frame, stored(head), ...whole, ...(left.length > 0 ? [stored(left)] : []), uint32(0)]);
}

/** A block of LZ4 that unpacks to zeros: one, a match, and five at the end, as the format requires. */
function repeated(bytes: number): Buffer {
  const match = bytes - 1 - 5 - 4 - 15;
  const extension = Buffer.concat([Buffer.alloc(Math.floor(match / 255), 255), Buffer.of(match % 255)]);
  return Buffer.concat([Buffer.of(0x1f, 0, 1, 0), extension, Buffer.of(0x50, 0, 0, 0, 0, 0)]);
}

/** One frame that does not say how long it is: the head as it is, and then blocks that repeat one byte. */
function zstd(head: Buffer, zeros: number): Buffer {
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]);
  const header = (size: number, type: number, isLast: boolean) => {
    const bytes = Buffer.alloc(3);
    bytes.writeUIntLE((size << 3) | (type << 1) | Number(isLast), 0, 3);
    return bytes;
  };
  const whole = Buffer.concat([header(128 * 1024, 1, false), Buffer.of(0)]);
  const blocks = Array.from({ length: Math.floor(zeros / (128 * 1024)) }, () => whole);
  const last = Buffer.concat([header(zeros % (128 * 1024), 1, true), Buffer.of(0)]);
  return Buffer.concat([frame, header(head.length, 0, false), head, ...blocks, last]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function manyRecords(count: number): Buffer {
  const bytes = Buffer.alloc(count * 11);
  let at = 0;
  for (let offsetDelta = 0; offsetDelta < count; offsetDelta++) {
    const delta = varint(offsetDelta);
    bytes[at] = 2 * (delta.length + 6);
    at += 3;
    for (const byte of delta) bytes[at++] = byte;
    // No key, and a value of one byte.
    bytes[at++] = 1;
    bytes[at++] = 2;
    bytes[at++] = 0x7b;
    at++;
  }
  return bytes.subarray(0, at);
}
