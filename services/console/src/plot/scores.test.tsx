import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ScoreMark, Scores } from './scores.js';

const TIMES = [61_000, 61_010] as const;

function score(midpointMjdTai: number, value: number, changes: Partial<ScoreMark> = {}): ScoreMark {
  return { midpointMjdTai, score: value, version: 'a1', isSent: true, isCurrent: false, words: 'a score', ...changes };
}

function drawn(scores: readonly ScoreMark[], lowest: number | null = 0.25): string {
  return String(<Scores vra="r0b" place={0} scores={scores} lowest={lowest} times={TIMES} />);
}

/** Where the label of a value stands. */
function lineOf(svg: string, label: string): number {
  return Number(new RegExp(`y="([\\d.]+)" text-anchor="end">${label}<`).exec(svg)?.[1]) - 4;
}

test('scores stand at their value and time, of each version in a shape of its own', () => {
  const svg = drawn([score(61_000, 0.2), score(61_010, 1, { version: 'a2' })]);
  const marks = [...svg.matchAll(/translate\(([\d.]+) ([\d.]+)\)" d="([^"]+)" data-tip/g)];
  assert.deepEqual(
    marks.map(([, x, y]) => [Number(x), Number(y)]),
    [
      [62, lineOf(svg, '0.2')],
      [846, lineOf(svg, '1.0')],
    ],
  );
  assert.ok(lineOf(svg, '1.0') < lineOf(svg, '0.2'));
  assert.notEqual(marks[0]?.[3], marks[1]?.[3]);
});

test('a line is at the lowest score that is sent, where there is one', () => {
  const svg = drawn([score(61_005, 0.9)], 0.4);
  assert.match(svg, new RegExp(`class="threshold" d="M62 ${lineOf(svg, '0.4')}H846"`));
  assert.doesNotMatch(drawn([score(61_005, 0.9)], null), /threshold/);
});

test('a score that Lasair has not got is hollow, and the one that it shows has a ring', () => {
  const svg = drawn([score(61_001, 0.9, { isCurrent: true }), score(61_002, 0.1, { isSent: false })]);
  assert.equal(svg.match(/<circle/g)?.length, 1);
  const kinds = [...svg.matchAll(/<path class="(\w+)" transform="[^"]+" d="[^"]+" data-tip/g)].map(([, kind]) => kind);
  assert.deepEqual(kinds, ['detection', 'forced']);
  assert.match(svg, /2 scores of version a1, from 0\.1000 to 0\.9000\. Lasair shows 0\.9000\./);
  assert.match(drawn([score(61_001, 0.9)]), /1 score of version a1, from/);
  assert.match(drawn([score(61_002, 0.1, { isSent: false })]), /Lasair shows none of them, as far as we know\./);
});

test('the names of versions do not stand over one another', () => {
  const names = ['a1_N411_LR01p1_MaxI50', 'a2', 'a3'];
  const svg = drawn(names.map((version, n) => score(61_001 + n, 0.5, { version })));
  const starts = names.map((name) => Number(new RegExp(`x="(\\d+)" y="18">${name}<`).exec(svg)?.[1]));
  for (const [n, start] of starts.entries()) {
    const end = n === 0 ? 0 : starts[n - 1]! + names[n - 1]!.length * 7;
    assert.ok(start > end, `${names[n]} begins at ${start}, before ${end}`);
  }
});
