import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { samples } from '../testing/caller.js';
import { CallRecord } from './record.js';

const call = (at: number) => ({ at, method: 'POST', path: '/api/annotatelist/', status: 200, items: 2 });

describe('CallRecord', () => {
  test('keeping everything, it keeps each call with its annotations in order', () => {
    const record = new CallRecord('everything');
    for (let at = 0; at < 1500; at++) record.addCall('annotatelist', call(at), samples(2));
    assert.equal(record.calls.length, 1500);
    assert.deepEqual(record.calls[0]?.annotations, samples(2));
  });

  test('keeping what is current, it forgets annotations and old calls, and still counts them', () => {
    const record = new CallRecord('current');
    for (let at = 0; at < 2100; at++) record.addCall('annotatelist', call(at), samples(2));
    assert.ok(record.calls.length >= 500 && record.calls.length < 1000, `${record.calls.length} calls`);
    assert.equal(record.calls.at(-1)?.at, 2099);
    assert.equal(record.calls.at(-1)?.accepted, 2);
    assert.equal(record.calls.at(-1)?.annotations, undefined);
    assert.deepEqual(record.counts.calls.annotatelist, { 200: 2100 });
  });
});
