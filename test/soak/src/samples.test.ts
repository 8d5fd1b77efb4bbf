import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Sample, trendsOf } from './samples.js';

const samples = (of: (at: number) => Partial<Sample>): Sample[] =>
  Array.from({ length: 60 }, (_, at) => ({
    ...{ seconds: at * 5, rssMegabytes: 200, heldMegabytes: 40, handles: 40, writeMs: 5, walMegabytes: 4 },
    ...of(at),
  }));
const growing = (of: (at: number) => Partial<Sample>) =>
  trendsOf(samples(of)).flatMap(({ figure, isFlat }) => (isFlat ? [] : [figure]));

test('what varies is flat, and what grows is not', () => {
  assert.deepEqual(
    growing((at) => ({ rssMegabytes: 200 + 30 * (at % 3), heldMegabytes: 40 + 30 * (at % 3), writeMs: at % 7 })),
    [],
  );
  assert.deepEqual(
    growing((at) => ({ rssMegabytes: 200 + 4 * at })),
    ['rssMegabytes'],
  );
  assert.deepEqual(
    growing((at) => ({ heldMegabytes: 40 + 20 * (at % 3) + 0.5 * at })),
    ['heldMegabytes'],
  );
  assert.deepEqual(
    growing((at) => ({ handles: 40 + at })),
    ['handles'],
  );
  assert.deepEqual(
    growing((at) => ({ writeMs: at, walMegabytes: at })),
    ['writeMs', 'walMegabytes'],
  );
});

test("a space more for V8's young generation is no leak", () => {
  assert.deepEqual(
    growing((at) => ({ rssMegabytes: at < 40 ? 110 : 142 })),
    [],
  );
});

test('warming up does not count', () => {
  assert.deepEqual(
    growing((at) => ({ rssMegabytes: Math.min(100 + 20 * at, 300) })),
    [],
  );
});
