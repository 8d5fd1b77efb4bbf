import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TrailSearch } from './trail-search.js';

const MARKS = Array.from({ length: 60 }, (_, index) => ({ offset: BigInt(index * 10 + 9), fingerprint: `f${index}` }));

const message = (offset: bigint) => ({ offset: String(offset), timestamp: '0', key: null, value: null });

/** Searches in a log that is the same before `cut`. @returns what it found, and with how many fetches */
function search(cut: bigint) {
  const looking = new TrailSearch(MARKS, ({ offset }) => BigInt(offset) < cut);
  let looks = 0;
  for (let at = looking.offset; at !== undefined; at = looking.offset) {
    looking.take(at, [message(at), message(at + 1n)]);
    looks++;
  }
  return { found: looking.found?.offset, looks };
}

describe('the search for the newest message that is still the same', () => {
  test('finds it wherever the log was cut, in few looks', () => {
    for (let cut = 0n; cut < 620n; cut++) {
      const wanted = MARKS.findLast(({ offset }) => offset < cut)?.offset;
      const { found, looks } = search(cut);
      assert.equal(found, wanted, `cut at ${cut}`);
      assert.ok(looks <= 7, `${looks} looks`);
    }
  });

  test('waits for the fetch that it asked for, and takes a message that Kafka has dropped for lost', () => {
    const looking = new TrailSearch(MARKS.slice(0, 1), () => true);
    looking.take(500n, [message(500n)]);
    assert.equal(looking.offset, 9n);
    looking.take(9n, [message(11n)]);
    assert.deepEqual([looking.offset, looking.found], [undefined, undefined]);
  });

  test('is over at once if nothing can be the same, whatever is fetched then', () => {
    const looking = new TrailSearch([], () => true);
    looking.take(0n, [message(0n)]);
    assert.deepEqual([looking.offset, looking.found], [undefined, undefined]);
  });
});
