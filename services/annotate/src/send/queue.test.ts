import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SendQueue } from './queue.js';

const ROWS = [1, 2, 3, 4, 5];

describe('the rows that are left to send', () => {
  test('come in order, in groups of at most the size that is asked for', () => {
    const queue = new SendQueue(ROWS);
    assert.deepEqual(queue.take(2)?.rows, [1, 2]);
    assert.equal(queue.size, 3);
    assert.deepEqual(queue.take(10)?.rows, [3, 4, 5]);
    assert.equal(queue.take(10), undefined);
  });

  test('of a stem without any are none', () => assert.equal(new SendQueue([]).take(1), undefined));

  test('come next when they are requeued, smaller if asked', () => {
    const queue = new SendQueue(ROWS);
    queue.requeue(queue.take(3)!.rows);
    assert.deepEqual(queue.take(1)?.rows, [1]);
    assert.deepEqual(queue.take(9)?.rows, [2, 3]);
    assert.deepEqual(queue.take(9)?.rows, [4, 5]);
  });

  test('come next in halves when one of them is at fault', () => {
    const queue = new SendQueue(ROWS);
    queue.splitAndRequeue(queue.take(3)!.rows);
    assert.deepEqual(queue.take(9)?.rows, [1, 2]);
    assert.deepEqual(queue.take(9)?.rows, [3]);
    assert.deepEqual(queue.take(9)?.rows, [4, 5]);
  });

  test('come last when their call failed, and in halves from the second failure on', () => {
    const queue = new SendQueue(ROWS);
    queue.requeueLast(queue.take(3)!.rows, 1);
    assert.deepEqual(queue.take(9)?.rows, [4, 5]);
    const again = queue.take(9)!;
    assert.deepEqual(again, { rows: [1, 2, 3], failures: 1 });
    queue.requeueLast(again.rows, 2);
    assert.deepEqual(queue.take(9), { rows: [1, 2], failures: 0 });
    queue.requeueLast(queue.take(9)!.rows, 7);
    assert.deepEqual(queue.take(9), { rows: [3], failures: 7 });
  });
});
