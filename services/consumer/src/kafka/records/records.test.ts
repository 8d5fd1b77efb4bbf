import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { crc32, gzipSync } from 'node:zlib';
import { BOMBS } from '@lvra/test-servers/kafka/bombs';
import { CODEC_NUMBERS, record, recordBatch, varint } from '@lvra/test-servers/kafka/record-batch';
import kafkajs from 'kafkajs';
import type { FetchedMessage } from './fetched-message.js';
import { hideAborted, type RecordBatch, recordBatches } from './record-batch.js';
import { messagesOf } from './records.js';

/** What kafkajs writes and keeps to itself: another one's encoder of the same formats. */
const require = createRequire(import.meta.url);
const { RecordBatch: encodeBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (fields: Record<string, unknown>) => Promise<{ readonly buffer: Buffer }>;
};
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (
  fields: Record<string, unknown>,
) => unknown;
const encodeSet = require('kafkajs/src/protocol/messageSet') as (fields: Record<string, unknown>) => {
  readonly buffer: Buffer;
};

const { CompressionTypes } = kafkajs;
const LIMITS = { unpackedBytes: 1024 ** 2, records: 1_000 };
const VALUES = ['first', '', '{"psfFlux": NaN}', 'x'.repeat(20_000)];
/** ms since 1970 */
const TIME = 1_770_000_000_000;

const only = (bytes: Buffer) => recordBatches(bytes)[0] as RecordBatch;
const read = (bytes: Buffer) => messagesOf(only(bytes), LIMITS);
const texts = (messages: readonly FetchedMessage[]) =>
  messages.map(({ offset, timestamp, key, value }) => [offset, timestamp, key && String(key), value && String(value)]);

function batch(values: readonly (string | null)[], more: Record<string, unknown> = {}): Promise<Buffer> {
  const records = values.map((value, offsetDelta) =>
    encodeRecord({
      ...{ offsetDelta, timestampDelta: offsetDelta * 1_000, key: offsetDelta % 2 ? 'key' : null, value },
      headers: { name: 'of no interest' },
    }),
  );
  const fields = { records, lastOffsetDelta: values.length - 1, firstTimestamp: TIME, maxTimestamp: TIME + 5, ...more };
  return encodeBatch(fields).then(({ buffer }) => Buffer.from(buffer));
}

/** The same bytes with another number at a place, and with the checksum of that. */
function altered(bytes: Buffer, write: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  write(copy);
  const { crc32c } = require('@node-rs/crc32') as { crc32c: (of: Buffer) => number };
  copy.writeUInt32BE(crc32c(copy.subarray(21)), 17);
  return copy;
}

const refusal = (bytes: Buffer) => {
  const messages = read(bytes);
  assert.equal(messages.length, 1);
  return messages[0]?.refused?.why;
};

describe('a batch of format 2', () => {
  for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
    test(`gives the messages that kafkajs put in, with codec ${compression}`, async () => {
      const bytes = await batch([...VALUES, null], { compression, firstOffset: 313_637_921_267_122n });
      const first = 313_637_921_267_122n;
      assert.deepEqual(
        texts(read(bytes)),
        [...VALUES, null].map((value, n) => [
          String(first + BigInt(n)),
          String(TIME + n * 1_000),
          n % 2 ? 'key' : null,
          value,
        ]),
      );
      assert.equal(only(bytes).offset, String(first + 4n));
    });
  }

  test('has the time of its arrival if Kafka has it', async () => {
    const bytes = altered(await batch(VALUES), (copy) => copy.writeInt16BE(8, 21));
    assert.deepEqual(new Set(read(bytes).map(({ timestamp }) => timestamp)), new Set([String(TIME + 5)]));
  });

  test('keeps nothing but its values in memory if most of it is something else', () => {
    const packed = Buffer.concat([record(0, Buffer.from('few')), record(1, Buffer.alloc(0))]);
    const long = Buffer.alloc(100_000);
    // A header of a name and no value.
    const head = [...varint(2), ...varint(-1), ...varint(-1), ...varint(1), ...varint(long.length)];
    const last = Buffer.concat([
      Buffer.from([...varint(2 + head.length + long.length + 1), 0, 0, ...head]),
      long,
      Buffer.of(1),
    ]);
    const bytes = recordBatch({ codec: CODEC_NUMBERS.none, count: 3, packed: Buffer.concat([packed, last]) });
    const [few] = read(bytes);
    assert.equal(String(few?.value), 'few');
    assert.notEqual(few?.value?.buffer, bytes.buffer);
  });

  for (const [what, spoil, words] of [
    [
      'a bit of it is another one',
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 90 ? byte ^ 4 : byte))),
      /checksum/,
    ],
    [
      'it has fewer records than it says',
      (bytes: Buffer) => altered(bytes, (copy) => copy.writeInt32BE(5, 57)),
      /ends after/,
    ],
    [
      'it has more records than it says',
      (bytes: Buffer) => altered(bytes, (copy) => copy.writeInt32BE(3, 57)),
      /has more/,
    ],
    ['it ends before its records do', (bytes: Buffer) => altered(bytes, (copy) => copy.writeInt32BE(2, 23)), /offsets/],
    [
      'its codec is not known',
      (bytes: Buffer) => altered(bytes, (copy) => copy.writeInt16BE(6, 21)),
      /codec has the number 6/,
    ],
    ['it is not packed as it says', (bytes: Buffer) => altered(bytes, (copy) => copy.writeInt16BE(1, 21)), /gzip/],
  ] as const) {
    test(`is refused as a whole if ${what}, with its offsets`, async () => {
      const bytes = spoil(await batch(VALUES, { firstOffset: 70n }));
      const why = refusal(bytes);
      assert.equal(why?.reason, 'batch_damaged');
      assert.match(why.message, words);
      const [refused] = read(bytes);
      assert.equal(refused?.refused?.first, 70n);
    });
  }

  test('is refused if it grows, be it in bytes or in records', async () => {
    const bytes = await batch(['x'.repeat(1024 ** 2)], { compression: CompressionTypes.GZIP });
    assert.equal(refusal(bytes)?.reason, 'batch_too_large');
    const many = await batch(Array(1_001).fill('x'));
    assert.match(String(refusal(many)?.message), /1001 records, more than the 1000 of max_batch_records/);
    assert.deepEqual([only(many).base, only(many).last], [0n, 1_000n]);
  });

  test('of three million records is refused at once', () => {
    const bytes = BOMBS.records();
    const begun = performance.now();
    assert.equal(refusal(bytes)?.reason, 'batch_too_large');
    assert.ok(performance.now() - begun < 1_000);
  });

  test('is handled with any byte altered, as a message or as an error', async () => {
    const whole = await batch(VALUES.slice(0, 3), { compression: CompressionTypes.GZIP });
    for (let at = 21; at < whole.length; at++) {
      const messages = read(altered(whole, (copy) => copy.writeUInt8((copy[at] as number) ^ 0x55, at)));
      assert.ok(messages.length > 0, `byte ${at}`);
    }
  });
});

describe('the result of a fetch', () => {
  test('is cut into its batches, without the last one if that is cut', async () => {
    const [first, second] = await Promise.all([batch(VALUES), batch(VALUES, { firstOffset: 4n })]);
    const both = Buffer.concat([first, second]);
    const offsets = (bytes: Buffer) => recordBatches(bytes).map(({ offset }) => offset);
    assert.deepEqual(offsets(both), ['3', '7']);
    assert.deepEqual(offsets(both.subarray(0, -1)), ['3']);
    assert.deepEqual(offsets(both.subarray(0, first.length + 10)), ['3']);
    assert.deepEqual(offsets(Buffer.alloc(0)), []);
  });

  test('fails with words if the end of a batch cannot be found', async () => {
    for (const spoil of [(bytes: Buffer) => bytes.writeInt32BE(-5, 8), (bytes: Buffer) => bytes.writeInt8(3, 16)]) {
      const bytes = await batch(VALUES, { firstOffset: 12n });
      spoil(bytes);
      assert.throws(() => recordBatches(bytes), /not a batch of messages at offset 12/);
    }
  });

  test('is for no reader if it was aborted, however the transactions are entangled', async () => {
    const of = async (producer: number, offset: number) => {
      const more = { transactional: true, producerId: BigInt(producer), firstOffset: BigInt(offset) };
      return only(await batch(['one', 'two'], more));
    };
    const marker = (producer: number, offset: number, kind: 0 | 1) => {
      const key = Buffer.from([0, 0, 0, kind]);
      const records = [encodeRecord({ offsetDelta: 0, timestampDelta: 0, key, value: Buffer.alloc(6), headers: {} })];
      return encodeBatch({
        records,
        producerId: BigInt(producer),
        transactional: true,
        firstOffset: BigInt(offset),
      }).then(({ buffer }) => only(altered(Buffer.from(buffer), (copy) => copy.writeInt16BE(0x30, 21))));
    };
    const batches = await Promise.all([
      of(1, 10),
      of(2, 12),
      only(await batch(['none of a transaction', ''], { firstOffset: 14n })),
      of(1, 16),
      marker(2, 18, 0),
      of(2, 19),
      marker(1, 21, 0),
      of(1, 22),
      marker(1, 24, 1),
      marker(2, 25, 1),
    ]);
    // As Kafka lists them, by their ends: what producer 1 began before this fetch comes last.
    hideAborted(batches, [
      { producerId: '2', firstOffset: '12' },
      { producerId: '1', firstOffset: '3' },
    ]);
    assert.deepEqual(
      batches.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => offset),
      ['15', '20', '23'],
    );
  });
});

describe('a message of the formats before', () => {
  for (const magic of [0, 1] as const) {
    test(`is read in format ${magic}, packed and not`, () => {
      const plain = [message(magic, 0n, 'k', 'one'), message(magic, 1n, null, 'two')];
      assert.deepEqual(
        recordBatches(Buffer.concat(plain)).flatMap((each) => texts(messagesOf(each, LIMITS))),
        [
          ['0', magic ? '7' : '-1', 'k', 'one'],
          ['1', magic ? '7' : '-1', null, 'two'],
        ],
      );
      const packed = gzipSync(Buffer.concat(plain));
      const outer = message(magic, 41n, null, packed, 1);
      const base = magic ? 40 : 0;
      assert.deepEqual(
        texts(read(outer)).map(([offset, , , value]) => [offset, value]),
        [
          [String(base), 'one'],
          [String(base + 1), 'two'],
        ],
      );
      const bomb = message(magic, 41n, null, gzipSync(Buffer.alloc(2 * 1024 ** 2)), 1);
      assert.equal(refusal(bomb)?.reason, 'batch_too_large');
      const nested = message(magic, 41n, null, gzipSync(outer), 1);
      assert.match(String(refusal(nested)?.message), /packed again/);
      outer.writeUInt8(0x7f, outer.length - 1);
      assert.match(String(refusal(outer)?.message), /checksum/);
    });
  }

  test('of format 0 is what kafkajs writes', () => {
    const { buffer } = encodeSet({ messageVersion: 0, entries: [{ key: 'a', value: 'b' }] });
    // kafkajs puts the length of the set before it.
    const bytes = Buffer.from(buffer);
    const begin = bytes.length > 4 && bytes.readInt32BE(0) === bytes.length - 4 ? 4 : 0;
    assert.deepEqual(
      texts(read(bytes.subarray(begin))).map(([, , key, value]) => [key, value]),
      [['a', 'b']],
    );
  });
});

/** A message as the protocol's guide describes it. */
function message(magic: 0 | 1, offset: bigint, key: string | null, value: string | Buffer, codec = 0): Buffer {
  const field = (of: string | Buffer | null) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(of === null ? -1 : Buffer.byteLength(of));
    return Buffer.concat([length, Buffer.from(of ?? '')]);
  };
  const time = Buffer.alloc(magic * 8);
  if (magic === 1) time.writeBigInt64BE(7n);
  const body = Buffer.concat([Buffer.of(magic, codec), time, field(key), field(value)]);
  const head = Buffer.alloc(16);
  head.writeBigInt64BE(offset);
  head.writeInt32BE(4 + body.length, 8);
  head.writeUInt32BE(crc32(body), 12);
  return Buffer.concat([head, body]);
}
