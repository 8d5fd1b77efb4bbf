import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bar, Waterfall } from './waterfall.js';

const bar = (name: string, from: number, to: number, remark?: string): Bar => ({
  ...{ name, stage: 'feature', from, to, remark },
});

/** The numbers of an attribute of all rectangles. */
function attribute(svg: string, name: string): number[] {
  return [...svg.matchAll(/<rect [^>]*>/g)].map(([rect]) => Number(new RegExp(` ${name}="([0-9.]+)"`).exec(rect)?.[1]));
}

test('bars lie where their times are, each in a row of its own, and what took no time is seen', () => {
  const svg = String(
    <Waterfall title="a < b" bars={[bar('a', 0, 400), bar('<b>', 400, 400, 'failed'), bar('c', 600, 800)]} />,
  );
  // 384 units for 800 ms, from 104 on.
  assert.deepEqual(attribute(svg, 'x'), [104, 296, 392]);
  assert.deepEqual(attribute(svg, 'width'), [192, 2, 96]);
  const tops = attribute(svg, 'y');
  assert.ok(tops[0]! < tops[1]! && tops[1]! < tops[2]!);
  assert.match(svg, /aria-label="a &lt; b"/);
  assert.match(svg, />&lt;b&gt;<\/text>/);
  assert.match(svg, />0 ms failed<\/text>/);
  assert.match(svg, />ms after the first<\/text>/);
});

test('words stand where there is room for them', () => {
  const svg = String(<Waterfall title="" bars={[bar('a', 0, 10), bar('b', 900, 1_000, 'failed')]} />);
  const [first, last] = [...svg.matchAll(/<text x="([0-9.]+)"[^>]*>(?:10 ms|100 ms failed)</g)];
  assert.deepEqual([Number(first?.[1]), first?.[0].includes('end')], [113.84, false]);
  assert.deepEqual([Number(last?.[1]), last?.[0].includes('end')], [443.6, true]);
});

test('the axis is in the unit that fits', () => {
  const unitOf = (end: number) =>
    />(\w+) after the first</.exec(String(<Waterfall title="" bars={[bar('a', 0, end)]} />))?.[1];
  assert.deepEqual([900, 60_000, 3_000_000, 90_000_000].map(unitOf), ['ms', 's', 'min', 'h']);
  const days = String(<Waterfall title="" bars={[bar('a', 0, 1), bar('a', 0, 90_000_000)]} />);
  assert.deepEqual(attribute(days, 'width'), [2, 384]);
});
