import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fingerprintOf } from '../../sources/message-fingerprint.js';
import type { FetchedMessage } from '../records/fetched-message.js';
import { PartitionReader } from './partition-reader.js';

const fetched = (offset: number, life = 'first'): FetchedMessage => ({
  offset: String(offset),
  timestamp: '1770000000000',
  key: null,
  value: Buffer.from(`${life} ${offset}`),
});

const fetchedRange = (first: number, end: number, life?: string) =>
  Array.from({ length: end - first }, (_, index) => fetched(first + index, life));

function fingerprintOfMessage(offset: number): string {
  const { key, value } = fetched(offset);
  return fingerprintOf({ timestamp: 1_770_000_000_000, key, value });
}

/** A reader positioned after the message at `offset`. */
function standingAfter(offset: number): PartitionReader {
  const reader = new PartitionReader('lasair_18lvra-fodder', 0);
  reader.start({ next: BigInt(offset) + 1n, fingerprint: fingerprintOfMessage(offset) }, 0);
  return reader;
}

describe('the reader of a partition', () => {
  test('takes everything if the group has never read', () => {
    const reader = new PartitionReader('lasair_18lvra-fodder', 0);
    reader.start(undefined, 0);
    assert.deepEqual(reader.judge(7n, fetchedRange(7, 9), 0), { kind: 'take', from: 0 });
    assert.deepEqual(reader.advance(7n), { from: 7n, gone: 0 });
    assert.deepEqual(reader.advance(8n), { from: 8n, gone: 0 });
    assert.equal(reader.origin, 7n);
  });

  test('checks the message before its position before it continues', () => {
    const reader = standingAfter(9);
    assert.deepEqual(reader.judge(10n, fetchedRange(10, 12), 0), { kind: 'fetch', offset: 9n });
    assert.deepEqual(reader.judge(9n, fetchedRange(9, 12), 0), { kind: 'take', from: 1 });
  });

  test('skips what it knows if the group is behind it', () => {
    assert.deepEqual(standingAfter(9).judge(5n, fetchedRange(5, 12), 0), { kind: 'take', from: 5 });
    assert.deepEqual(standingAfter(9).judge(5n, fetchedRange(5, 10), 0), { kind: 'take', from: 5 });
    assert.deepEqual(standingAfter(9).judge(5n, fetchedRange(5, 8), 0), { kind: 'fetch', offset: 9n });
  });

  /** A reader after the message at offset 9 that knows that others have read up to 15. */
  const behindOthers = () => {
    const reader = standingAfter(9);
    const fingerprint = fingerprintOfMessage(9);
    reader.start({ next: 10n, fingerprint }, 0, 15n);
    return reader;
  };

  test('checks where others have stopped once it knows that the topic is the same one', () => {
    const reader = behindOthers();
    assert.deepEqual(reader.judge(10n, fetchedRange(10, 20), 0), { kind: 'fetch', offset: 9n });
    assert.deepEqual(reader.judge(9n, fetchedRange(9, 12), 0), { kind: 'fetch', offset: 14n });
    assert.deepEqual(reader.judge(9n, fetchedRange(9, 12), 0), { kind: 'fetch', offset: 14n });
    const fingerprint = fingerprintOfMessage(14);
    assert.deepEqual(reader.judge(14n, fetchedRange(14, 20), 0), { kind: 'read-by-others', after: 15n, fingerprint });
  });

  test('ignores what others read if the topic is another one', () => {
    assert.deepEqual(behindOthers().judge(9n, fetchedRange(9, 20, 'second'), 0), { kind: 'differs' });
  });

  test('continues after others if retention has removed all that they read', () => {
    const reader = behindOthers();
    reader.judge(10n, fetchedRange(18, 20), 0);
    assert.deepEqual(reader.judge(18n, fetchedRange(18, 20), 0), { kind: 'ask-range' });
    assert.deepEqual(reader.judgeRange({ low: 18n, high: 20n }, 0), { kind: 'fetch', offset: 14n });
    assert.deepEqual(reader.judge(18n, fetchedRange(18, 20), 0), {
      kind: 'read-by-others',
      after: 15n,
      fingerprint: '',
    });
    reader.start({ next: 15n, fingerprint: '' }, 0);
    reader.judge(18n, fetchedRange(18, 20), 0);
    reader.judge(18n, fetchedRange(18, 20), 0);
    assert.deepEqual(reader.judgeRange({ low: 18n, high: 20n }, 0), { kind: 'fetch', offset: 18n });
    assert.deepEqual(reader.judge(18n, fetchedRange(18, 20), 1), { kind: 'take', from: 0 });
    assert.deepEqual(reader.advance(18n), { from: 15n, gone: 3 });
  });

  test('accepts an unknown message as the one before its position', () => {
    const reader = new PartitionReader('lasair_18lvra-fodder', 0);
    reader.start({ next: 10n, fingerprint: '' }, 0);
    assert.deepEqual(reader.judge(9n, fetchedRange(9, 12), 0), { kind: 'take', from: 1 });
  });

  test('notices another message at the same offset', () => {
    assert.deepEqual(standingAfter(9).judge(9n, fetchedRange(9, 12, 'second'), 0), { kind: 'differs' });
    assert.deepEqual(standingAfter(9).judge(0n, fetchedRange(0, 12, 'second'), 0), { kind: 'differs' });
  });

  test('asks for the range of offsets if the message cannot be fetched', () => {
    const reader = standingAfter(9);
    assert.deepEqual(reader.judge(10n, fetchedRange(10, 12), 0), { kind: 'fetch', offset: 9n });
    assert.deepEqual(reader.judge(0n, fetchedRange(0, 5, 'second'), 0), { kind: 'ask-range' });
    assert.deepEqual(reader.judgeRange({ low: 0n, high: 5n }, 0), { kind: 'differs' });
  });

  test('does not take a fetch from elsewhere for a replaced topic', () => {
    const reader = standingAfter(9);
    reader.judge(10n, fetchedRange(10, 12), 0);
    assert.deepEqual(reader.judge(0n, fetchedRange(0, 5), 0), { kind: 'ask-range' });
    assert.deepEqual(reader.judgeRange({ low: 0n, high: 12n }, 0), { kind: 'fetch', offset: 9n });
  });

  test('continues at the oldest message if retention has removed its position, without a gap in its ranges', () => {
    const reader = standingAfter(9);
    reader.judge(10n, fetchedRange(20, 22), 0);
    assert.deepEqual(reader.judge(20n, fetchedRange(20, 22), 0), { kind: 'ask-range' });
    assert.deepEqual(reader.judgeRange({ low: 20n, high: 22n }, 0), { kind: 'fetch', offset: 20n });
    assert.deepEqual(reader.judge(20n, fetchedRange(20, 22), 1), { kind: 'take', from: 0 });
    assert.deepEqual(reader.advance(20n), { from: 10n, gone: 10 });
    assert.deepEqual(reader.advance(21n), { from: 21n, gone: 0 });
  });

  test('continues without a check while fetches follow each other, and checks again after a pause', () => {
    const reader = standingAfter(9);
    assert.deepEqual(reader.judge(9n, fetchedRange(9, 12), 0), { kind: 'take', from: 1 });
    reader.markConsumed(fetched(11), 12n, 0);
    assert.deepEqual(reader.judge(12n, fetchedRange(12, 14), 500), { kind: 'take', from: 0 });
    reader.markConsumed(fetched(13), 14n, 500);
    assert.deepEqual(reader.judge(14n, fetchedRange(14, 16), 5_000), { kind: 'fetch', offset: 13n });
    assert.deepEqual(reader.judge(13n, fetchedRange(13, 16), 5_000), { kind: 'take', from: 1 });
  });

  test('comes on over a line so slow that every fetch takes seconds', () => {
    const reader = standingAfter(9);
    assert.deepEqual(reader.judge(9n, fetchedRange(9, 10), 0), { kind: 'take', from: 1 });
    reader.markConsumed(fetched(9), 100n, 0);
    assert.deepEqual(reader.judge(10n, fetchedRange(10, 11), 5_000), { kind: 'take', from: 0 });
  });

  test('trusts nothing after it was told to look back until it has', () => {
    const reader = standingAfter(9);
    reader.judge(9n, fetchedRange(9, 12), 0);
    reader.markConsumed(fetched(11), 100n, 0);
    assert.equal(reader.lookBack(), 11n);
    assert.deepEqual(reader.judge(12n, fetchedRange(12, 14), 10), { kind: 'ask-range' });
    assert.deepEqual(reader.judgeRange({ low: 0n, high: 14n }, 10), { kind: 'fetch', offset: 11n });
    assert.deepEqual(reader.judge(11n, fetchedRange(11, 14), 10), { kind: 'take', from: 1 });
  });

  test('has read from its first message on, not only from the end of its fetch', () => {
    const reader = standingAfter(9);
    reader.judge(9n, fetchedRange(9, 12), 0);
    reader.markConsumed(fetched(9), 12n, 0);
    assert.equal(reader.hasRead, false);
    reader.advance(10n);
    assert.equal(reader.hasRead, true);
  });

  test('restarts at the beginning if the ledger has lost a position that it had', () => {
    assert.equal(standingAfter(9).origin, 0n);
  });
});
