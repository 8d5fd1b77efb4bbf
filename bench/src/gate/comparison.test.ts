import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Compared, compare, comparisonReport } from './comparison.js';
import type { StageCpu } from './rounds.js';

const cpu = (consumer: number, slowness = 1): StageCpu => ({
  ...{ consumer: consumer * slowness, feature: 0.2 * slowness, predict: 0.1 * slowness, annotate: 0.1 * slowness },
});

test('a machine that is slow for a while slows both of a pair and leaves their ratio', () => {
  const pairs = [1, 5, 1.2].map((slowness) => ({ base: cpu(0.4, slowness), here: cpu(0.2, slowness) }));
  const [consumer, feature] = compare(pairs) as [Compared, Compared];
  assert.equal(consumer.base.toFixed(6), '0.480000');
  assert.equal(consumer.here.toFixed(6), '0.240000');
  assert.deepEqual(rounded(consumer), [0.5, 0.5, 0.5]);
  assert.deepEqual(rounded(feature), [1, 1, 1]);
  assert.deepEqual(rounded(compare(pairs).at(-1) as Compared), [0.75, 0.75, 0.75]);
});

test('the spread of the pairs is shown beside their median', () => {
  const compared = compare([0.9, 0.4, 0.5, 0.8, 0.2].map((here) => ({ base: cpu(0.5), here: cpu(here) })));
  assert.deepEqual(rounded(compared[0] as Compared), [1, 0.8, 1.6]);
  assert.match(comparisonReport(compared, 'aaaaaaa1', 'here'), /^consumer +0\.500 +0\.500 +1\.00 +0\.80 +1\.60$/m);
});

const rounded = ({ ratio }: Compared) =>
  [ratio.median, ratio.lower, ratio.upper].map((value) => Number(value.toFixed(6)));
