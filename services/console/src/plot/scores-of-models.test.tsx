import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Histogram } from './histogram.js';
import { Scatter } from './scatter.js';
import { roundAbove } from './unit-axes.js';

describe('a histogram of scores', () => {
  const edges = [0, 0.5, 0.75, 1];
  const svg = `${<Histogram title="a" edges={edges} bars={{ name: 'night', counts: [10, 30, 0] }} line={{ name: 'import', counts: [1, 1, 2] }} threshold={0.3} />}`;

  test('has a bar a bin, as high as its share and as wide as the bin', () => {
    const bars = [
      ...svg.matchAll(/<rect class="bar" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" data/g),
    ];
    const [x, , width, height] = [1, 2, 3, 4].map((at) => bars.map((bar) => Number(bar[at])));
    assert.deepEqual(x, [59, 265, 368]);
    assert.deepEqual(width, [204, 101, 101]);
    // Shares of 0.25, 0.75 and 0 in a frame that is 184 high and ends at 1.
    assert.deepEqual(height, [46, 138, 0]);
  });

  test('draws the other spread as steps, and the threshold', () => {
    assert.match(svg, /class="bar-other" d="M58 210V164H264V164H367V118H470V210"/);
    assert.match(svg, /class="threshold" d="M181.6 26V210"/);
  });

  test('says each bin in words', () => {
    assert.match(svg, /data-tip="0.5 to 0.75: night 75 %, import 25 %"/);
  });

  test('ends its axis at a round share', () => {
    assert.deepEqual([0.3, 0.02, 1, 0.11, 0].map(roundAbove), [0.5, 0.02, 1, 0.2, 1]);
  });
});

describe('one score against the other', () => {
  test('draws each square once, darker with more pairs', () => {
    const field = [
      [3, 0],
      [5, 300],
    ];
    const svg = `${<Scatter title="a" first="a1" second="a2" field={field} threshold={0.5} />}`;
    const drawn = [...svg.matchAll(/<path class="cell" fill-opacity="([\d.]+)" d="([^"]*)"/g)].map(
      ([, ...words]) => words,
    );
    assert.deepEqual(drawn, [
      ['0.25', 'M58 390h190v-190h-190z'],
      ['0.4', 'M248 390h190v-190h-190z'],
      ['0.6', ''],
      ['0.8', ''],
      ['1', 'M248 200h190v-190h-190z'],
    ]);
  });
});
