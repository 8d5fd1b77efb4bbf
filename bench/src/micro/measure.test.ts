import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HotPath } from './hot-path.js';
import { measure } from './measure.js';

const TEXT = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ i, text: `text ${i}` })));
const of = { group: 'parse', name: 'test', input: 'simulated', alerts: 10 } as const;
const times = (count: number) => () => {
  for (let i = 0; i < count; i++) JSON.parse(TEXT);
};
const once: HotPath = { ...of, run: times(1) };

test('three times the work costs about three times as much', async () => {
  const { cpuUs, spreadUs, ofParse } = await measure({ ...of, run: times(3) }, once);
  assert.ok(ofParse > 2 && ofParse < 4.5, `${ofParse}`);
  assert.ok(spreadUs[0] <= cpuUs && cpuUs <= spreadUs[1]);
});

test('what is prepared for a call is not measured, and is there for every call', async () => {
  let prepared = 0;
  const before = () => {
    times(5)();
    prepared++;
  };
  const run = () => {
    assert.equal(prepared--, 1);
    times(1)();
  };
  const { ofParse } = await measure({ ...of, before, run }, once);
  assert.ok(ofParse < 2.5, `${ofParse}`);
});

test('a hot path that fails is not measured', async () => {
  const run = () => {
    throw new Error('nothing there');
  };
  await assert.rejects(measure({ ...of, run }, once), /nothing there/);
});
