import { crc32c } from '@node-rs/crc32';

/** The codecs of Kafka's message format have these numbers there. */
export const CODEC_NUMBERS = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

export interface RecordBatchParts {
  readonly codec: number;
  /** The number of records that it claims. */
  readonly count: number;
  /** The records, packed by the codec. */
  readonly packed: Buffer;
  /** Of the last record; the count less one by default. */
  readonly lastOffsetDelta?: number;
  /** ms since 1970 */
  readonly timestamp?: number;
}

/** The bytes of a record batch of format 2, as a producer sends it. */
export function recordBatch({
  codec,
  count,
  packed,
  lastOffsetDelta = count - 1,
  timestamp = Date.now(),
}: RecordBatchParts): Buffer {
  const head = Buffer.alloc(61);
  head.writeInt32BE(49 + packed.length, 8);
  head.writeInt8(2, 16);
  head.writeInt16BE(codec, 21);
  head.writeInt32BE(lastOffsetDelta, 23);
  head.writeBigInt64BE(BigInt(timestamp), 27);
  head.writeBigInt64BE(BigInt(timestamp), 35);
  // No producer that has an id.
  head.fill(0xff, 43, 57);
  head.writeInt32BE(count, 57);
  const batch = Buffer.concat([head, packed]);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** Record number `offsetDelta` of a batch, without a key and headers. */
export function record(offsetDelta: number, value: Buffer): Buffer {
  const head = [...varint(offsetDelta), ...varint(-1), ...varint(value.length)];
  // The attributes and the time before, no headers behind.
  const length = 2 + head.length + value.length + 1;
  return Buffer.concat([Buffer.from([...varint(length), 0, 0, ...head]), value, Buffer.of(0)]);
}

/** The bytes before the value of the only record of a batch; a zero follows the value. */
export function headOfOnlyRecord(valueBytes: number): Buffer {
  const head = [...varint(0), ...varint(-1), ...varint(valueBytes)];
  return Buffer.from([...varint(2 + head.length + valueBytes + 1), 0, 0, ...head]);
}

/** Seven bits a byte, the lowest first, the sign in the lowest of all. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return bytes;
}
