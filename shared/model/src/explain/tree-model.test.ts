import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAF } from './tree-ensemble.js';
import { TreeModel } from './tree-model.js';

test('a tree of few nodes takes little memory, however many features there are', () => {
  const features = 10_000;
  // Two nodes below each other: 4 where both features are more than 0, 1 where only the first is, else 0.
  const trees = {
    roots: Int32Array.of(0),
    column: Int32Array.of(7, LEAF, 9_000, LEAF, LEAF),
    value: Float64Array.of(0, 0, 0, 1, 4),
    missingLeft: new Uint8Array(5),
    right: Int32Array.of(2, 0, 4, 0, 0),
  };
  const before = process.memoryUsage().arrayBuffers;
  const model = new TreeModel(trees, [...new Array(features).keys()], features);
  const taken = process.memoryUsage().arrayBuffers - before;
  assert.ok(taken < 1e6, `${taken} bytes`);
  const added = model.contributionsOf(new Float64Array(features).fill(1), [new Float64Array(features)]);
  // The first of two orders gives them 1 and 3, the other one 4 and 0.
  assert.deepEqual(
    [...added.entries()].filter(([, value]) => value !== 0),
    [
      [7, 2.5],
      [9_000, 1.5],
    ],
  );
});
