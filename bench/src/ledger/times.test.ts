import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Operation, type Sample, timesOf, togetherOf } from './times.js';

const sample = (operation: Operation, ms: number, waitedMs = 0, commitMs = 0): Sample => ({
  ...{ operation, ms, waitedMs, commitMs },
  cpuMs: 0,
});

test('an operation as a whole is its work, its wait for the lock and its commit', () => {
  const [claim] = timesOf([sample('claim', 6, 1, 2)]);
  assert.equal(claim?.total.p50, 6);
  assert.equal(claim?.own.p50, 5);
  assert.equal(claim?.work.p50, 3);
});

test('all operations together tell how many took less than the limit, each as a whole', () => {
  const quick = Array.from({ length: 98 }, () => sample('claim', 1));
  assert.deepEqual(togetherOf([...quick, sample('register a batch', 4.9), sample('record scores', 5, 4)]), {
    times: 100,
    p99: 4.9,
    percentWithin: 99,
  });
});
