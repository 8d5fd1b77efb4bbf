import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HotPath } from './hot-path.js';
import { measure } from './measure.js';

const TEXT = JSON.stringify(Array.from({ length: 2_000 }, (_, i) => ({ i, text: `text ${i}` })));
const times = (count: number, alerts = 10): HotPath => ({
  name: 'test',
  alerts,
  run: () => {
    for (let i = 0; i < count; i++) JSON.parse(TEXT);
  },
});

test('three times the work for twice the alerts costs each of them half more', async () => {
  const { ofParse } = await measure(times(3, 20), times(1, 10), 5);
  assert.ok(ofParse.median > 1.1 && ofParse.median < 2.2, JSON.stringify(ofParse));
  assert.ok(ofParse.least <= ofParse.median && ofParse.median <= ofParse.most);
});

test('a hot path that fails is not measured', async () => {
  const run = async () => {
    throw new Error('nothing there');
  };
  await assert.rejects(measure({ ...times(1), run }, times(1), 1), /nothing there/);
});
