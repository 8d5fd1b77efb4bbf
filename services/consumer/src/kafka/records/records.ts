import { AlertRejected } from '@lvra/core';
import { crc32c } from '@node-rs/crc32';
import type { FetchedMessage, RecordLimits } from './fetched-message.js';
import { messagesOfSet } from './message-set.js';
import type { RecordBatch } from './record-batch.js';
import { RecordCursor } from './record-cursor.js';
import { damaged, tooMany } from './refusals.js';
import { unpack } from './unpack.js';

/** Of format 2. */
const AT = { checksum: 17, attributes: 21, firstTimestamp: 27, maxTimestamp: 35, count: 57, records: 61 } as const;
const CODEC_MASK = 7;
const LOG_APPEND_TIME = 8;

/** Unpacks the messages of a batch: all of them, or one with the reason why it cannot be unpacked. */
export function messagesOf(batch: RecordBatch, limits: RecordLimits): FetchedMessage[] {
  const isOld = batch.magic < 2;
  try {
    return isOld ? messagesOfSet(batch, limits) : readBatch(batch, limits);
  } catch (error) {
    if (!(error instanceof AlertRejected)) throw error;
    const timestamp = isOld ? '-1' : String(batch.bytes.readBigInt64BE(AT.maxTimestamp));
    const refused = { why: error, first: isOld ? undefined : batch.base };
    return [{ offset: batch.offset, timestamp, key: null, value: null, refused }];
  }
}

/** @throws AlertRejected if it grows beyond the limits, is damaged, or is packed in a way that is not known */
function readBatch({ bytes, base, last }: RecordBatch, limits: RecordLimits): FetchedMessage[] {
  const count = bytes.readInt32BE(AT.count);
  if (count > limits.records) throw tooMany(count, limits.records);
  const checksum = crc32c(bytes.subarray(AT.attributes));
  if (checksum !== bytes.readUInt32BE(AT.checksum)) throw damaged('its checksum is wrong');
  const attributes = bytes.readInt16BE(AT.attributes);
  const records = unpack(attributes & CODEC_MASK, bytes.subarray(AT.records), limits.unpackedBytes);
  const appended = (attributes & LOG_APPEND_TIME) !== 0 ? bytes.readBigInt64BE(AT.maxTimestamp) : undefined;
  const first = Number(bytes.readBigInt64BE(AT.firstTimestamp));
  const cursor = new RecordCursor(records);
  const messages: FetchedMessage[] = [];
  let valueBytes = 0;
  let before = -1;
  for (let left = count; left > 0; left--) {
    cursor.next();
    const { offsetDelta, timestampDelta, key, value } = cursor;
    const offset = base + BigInt(offsetDelta);
    if (offsetDelta <= before || offset > last)
      throw damaged(`its records are at offsets that are not its own: ${offset}`);
    before = offsetDelta;
    valueBytes += value?.length ?? 0;
    messages.push({ offset: String(offset), timestamp: String(appended ?? first + timestampDelta), key, value });
  }
  if (!cursor.ended) throw damaged(`it claims ${count} records, and has more`);
  return asNeeded(messages, valueBytes, records.length);
}

/**
 * Messages are views of the unpacked bytes, which stay in memory as long as one of them. If most of these are something
 * else (headers, keys), each value is copied, so that the memory held is what is counted.
 */
function asNeeded(messages: FetchedMessage[], valueBytes: number, of: number): FetchedMessage[] {
  if (valueBytes * 2 >= of) return messages;
  const own = (bytes: Buffer | null) => bytes && Buffer.from(bytes);
  return messages.map(({ key, value, ...rest }) => ({ ...rest, key: own(key), value: own(value) }));
}
