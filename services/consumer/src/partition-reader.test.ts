import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fingerprintOf } from './fingerprint.js';
import { type FetchedMessage, PartitionReader } from './partition-reader.js';

const fetched = (offset: number, life = 'first'): FetchedMessage => ({
  offset: String(offset),
  timestamp: '1770000000000',
  key: null,
  value: Buffer.from(`${life} ${offset}`),
});

const fetchedRange = (first: number, end: number, life?: string) =>
  Array.from({ length: end - first }, (_, index) => fetched(first + index, life));

/** A reader that stands after the message at `offset`. */
function standingAfter(offset: number): PartitionReader {
  const reader = new PartitionReader('lasair_18lvra-fodder', 0);
  const { key, value } = fetched(offset);
  const fingerprint = fingerprintOf({ timestamp: 1_770_000_000_000, key, value });
  reader.start({ next: BigInt(offset) + 1n, fingerprint }, 0);
  return reader;
}

describe('the reader of a partition', () => {
  test('takes everything where the group has never read', () => {
    const reader = new PartitionReader('lasair_18lvra-fodder', 0);
    reader.start(undefined, 0);
    assert.deepEqual(reader.judge(7n, fetchedRange(7, 9), 0), { kind: 'take', from: 0 });
    assert.deepEqual(reader.advance(7n), { from: 7n, gone: 0 });
    assert.deepEqual(reader.advance(8n), { from: 8n, gone: 0 });
    assert.equal(reader.origin, 7n);
  });

  test('looks at the message before its position before it goes on', () => {
    const reader = standingAfter(9);
    assert.deepEqual(reader.judge(10n, fetchedRange(10, 12), 0), { kind: 'fetch', offset: 9n });
    assert.deepEqual(reader.judge(9n, fetchedRange(9, 12), 0), { kind: 'take', from: 1 });
  });

  test('passes over what it knows where the group stands behind it', () => {
    assert.deepEqual(standingAfter(9).judge(5n, fetchedRange(5, 12), 0), { kind: 'take', from: 5 });
    assert.deepEqual(standingAfter(9).judge(5n, fetchedRange(5, 10), 0), { kind: 'take', from: 5 });
    assert.deepEqual(standingAfter(9).judge(5n, fetchedRange(5, 8), 0), { kind: 'fetch', offset: 9n });
  });

  test('notices another message at the same offset', () => {
    assert.deepEqual(standingAfter(9).judge(9n, fetchedRange(9, 12, 'second'), 0), { kind: 'replaced' });
    assert.deepEqual(standingAfter(9).judge(0n, fetchedRange(0, 12, 'second'), 0), { kind: 'replaced' });
  });

  test('asks for the range of offsets where the message cannot be fetched', () => {
    const reader = standingAfter(9);
    assert.deepEqual(reader.judge(10n, fetchedRange(10, 12), 0), { kind: 'fetch', offset: 9n });
    assert.deepEqual(reader.judge(0n, fetchedRange(0, 5, 'second'), 0), { kind: 'ask-range' });
    assert.deepEqual(reader.judgeRange({ low: 0n, high: 5n }, 0), { kind: 'replaced' });
  });

  test('does not take a fetch from elsewhere for a replaced topic', () => {
    const reader = standingAfter(9);
    reader.judge(10n, fetchedRange(10, 12), 0);
    assert.deepEqual(reader.judge(0n, fetchedRange(0, 5), 0), { kind: 'ask-range' });
    assert.deepEqual(reader.judgeRange({ low: 0n, high: 12n }, 0), { kind: 'fetch', offset: 9n });
  });

  test('goes on at the oldest message where retention has removed its place, without a gap in its ranges', () => {
    const reader = standingAfter(9);
    reader.judge(10n, fetchedRange(20, 22), 0);
    assert.deepEqual(reader.judge(20n, fetchedRange(20, 22), 0), { kind: 'ask-range' });
    assert.deepEqual(reader.judgeRange({ low: 20n, high: 22n }, 0), { kind: 'fetch', offset: 20n });
    assert.deepEqual(reader.judge(20n, fetchedRange(20, 22), 1), { kind: 'take', from: 0 });
    assert.deepEqual(reader.advance(20n), { from: 10n, gone: 10 });
    assert.deepEqual(reader.advance(21n), { from: 21n, gone: 0 });
  });

  test('goes on without a look while fetches follow each other, and looks again after a pause', () => {
    const reader = standingAfter(9);
    assert.deepEqual(reader.judge(9n, fetchedRange(9, 12), 0), { kind: 'take', from: 1 });
    reader.tookUpTo(fetched(11), 12n, 0);
    assert.deepEqual(reader.judge(12n, fetchedRange(12, 14), 500), { kind: 'take', from: 0 });
    reader.tookUpTo(fetched(13), 14n, 500);
    assert.deepEqual(reader.judge(14n, fetchedRange(14, 16), 5_000), { kind: 'fetch', offset: 13n });
    assert.deepEqual(reader.judge(13n, fetchedRange(13, 16), 5_000), { kind: 'take', from: 1 });
  });

  test('comes on over a line so slow that every fetch takes seconds', () => {
    const reader = standingAfter(9);
    assert.deepEqual(reader.judge(9n, fetchedRange(9, 10), 0), { kind: 'take', from: 1 });
    reader.tookUpTo(fetched(9), 100n, 0);
    assert.deepEqual(reader.judge(10n, fetchedRange(10, 11), 5_000), { kind: 'take', from: 0 });
  });

  test('trusts nothing after it was told to look back until it has', () => {
    const reader = standingAfter(9);
    reader.judge(9n, fetchedRange(9, 12), 0);
    reader.tookUpTo(fetched(11), 100n, 0);
    assert.equal(reader.lookBack(), 11n);
    assert.deepEqual(reader.judge(12n, fetchedRange(12, 14), 10), { kind: 'ask-range' });
    assert.deepEqual(reader.judgeRange({ low: 0n, high: 14n }, 10), { kind: 'fetch', offset: 11n });
    assert.deepEqual(reader.judge(11n, fetchedRange(11, 14), 10), { kind: 'take', from: 1 });
  });

  test('begins again at the beginning where the ledger has lost a position that it had', () => {
    assert.equal(standingAfter(9).origin, 0n);
  });
});
