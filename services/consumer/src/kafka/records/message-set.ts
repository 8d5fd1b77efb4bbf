import { crc32 } from 'node:zlib';
import type { FetchedMessage, RecordLimits } from './fetched-message.js';
import type { RecordBatch } from './record-batch.js';
import { damaged, tooMany } from './refusals.js';
import { unpack } from './unpack.js';

/** Of a message; format 1 has a time after the attributes. */
const AT = { length: 8, checksum: 12, magic: 16, attributes: 17, body: 18 } as const;
const HEAD_BYTES = 12;
const LEAST_BYTES = 14;
const CODEC_MASK = 7;
const LOG_APPEND_TIME = 8;

interface Message {
  readonly offset: bigint;
  readonly magic: number;
  readonly attributes: number;
  /** ms since 1970; -1 in format 0, which has none. */
  readonly timestamp: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/**
 * The messages in a message of format 0 or 1, which Kafka wrote before 0.11 and old topics may still hold: itself, or
 * those packed in its value.
 *
 * @throws AlertRejected if they grow beyond the limits, or are damaged
 */
export function messagesOfSet({ bytes }: RecordBatch, limits: RecordLimits): FetchedMessage[] {
  const outer = messageAt(bytes, 0);
  const codec = outer.attributes & CODEC_MASK;
  if (codec === 0) return [fetched(outer, outer.offset, outer.timestamp)];
  const set = unpack(codec, outer.value ?? Buffer.alloc(0), limits.unpackedBytes);
  const inner: Message[] = [];
  for (let at = 0; at < set.length; ) {
    const message = messageAt(set, at);
    if ((message.attributes & CODEC_MASK) !== 0) throw damaged('its packed messages are packed again');
    inner.push(message);
    if (inner.length > limits.records) throw tooMany(inner.length, limits.records);
    at += HEAD_BYTES + set.readInt32BE(at + AT.length);
  }
  const last = inner.at(-1);
  if (!last) throw damaged('it is packed and empty');
  // In format 1 they are relative to the first one, and the outer offset is the last one's.
  const base = outer.magic === 0 ? 0n : outer.offset - last.offset;
  const appended = (outer.attributes & LOG_APPEND_TIME) !== 0 ? outer.timestamp : undefined;
  return inner.map((message) => fetched(message, base + message.offset, appended ?? message.timestamp));
}

function fetched({ key, value }: Message, offset: bigint, timestamp: bigint): FetchedMessage {
  return { offset: String(offset), timestamp: String(timestamp), key, value };
}

function messageAt(set: Buffer, at: number): Message {
  if (at + HEAD_BYTES + LEAST_BYTES > set.length) throw damaged('one of its messages is cut');
  const length = set.readInt32BE(at + AT.length);
  const bytes = set.subarray(at, at + HEAD_BYTES + length);
  if (length < LEAST_BYTES || bytes.length < HEAD_BYTES + length) throw damaged('one of its messages is cut');
  if (crc32(bytes.subarray(AT.magic)) !== bytes.readUInt32BE(AT.checksum)) throw damaged('its checksum is wrong');
  const magic = bytes.readInt8(AT.magic);
  if (magic !== 0 && magic !== 1) throw damaged(`one of its messages is of format ${magic}`);
  const keyAt = AT.body + magic * 8;
  const key = fieldAt(bytes, keyAt);
  return {
    ...{ offset: set.readBigInt64BE(at), magic, attributes: bytes.readInt8(AT.attributes) },
    timestamp: magic === 1 ? bytes.readBigInt64BE(AT.body) : -1n,
    ...{ key, value: fieldAt(bytes, keyAt + 4 + (key?.length ?? 0)) },
  };
}

/** Bytes with their length before them, -1 for none. */
function fieldAt(bytes: Buffer, at: number): Buffer | null {
  const length = at + 4 <= bytes.length ? bytes.readInt32BE(at) : bytes.length;
  if (length < 0) return null;
  if (at + 4 + length > bytes.length) throw damaged('a key or value ends after its message');
  return bytes.subarray(at + 4, at + 4 + length);
}
