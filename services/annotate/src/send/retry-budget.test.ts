import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RetryBudget } from './retry-budget.js';

describe('the retry budget for a Lasair that fails', () => {
  test('waits for longer after each failure, and ends after six', () => {
    const budget = new RetryBudget(
      () => 0.5,
      () => 0,
    );
    assert.deepEqual(
      Array.from({ length: 6 }, () => budget.afterFailure()),
      [500, 1000, 2000, 4000, 5000, undefined],
    );
  });

  test('has one failure cancelled by an answer', () => {
    const budget = new RetryBudget(
      () => 0.5,
      () => 0,
    );
    for (let i = 0; i < 5; i++) budget.afterFailure();
    for (let i = 0; i < 9; i++) {
      budget.afterAnswer();
      assert.equal(budget.afterFailure(), 5000);
    }
    for (let i = 0; i < 9; i++) budget.afterAnswer();
    assert.equal(budget.afterFailure(), 500);
  });

  test('ends if two of three calls fail, after as many calls as that allows', () => {
    const budget = new RetryBudget(
      () => 0,
      () => 0,
    );
    let calls = 0;
    for (let wait: number | undefined = 0; wait !== undefined; ) {
      if (calls++ % 3 === 0) budget.afterAnswer();
      else wait = budget.afterFailure();
    }
    // Each three calls leave one failure more; at the sixth it ends.
    assert.equal(calls, 15);
  });

  test('ends after twenty seconds, however few failures fit into it', () => {
    let time = 1000;
    const budget = new RetryBudget(
      () => 0,
      () => time,
    );
    assert.equal(budget.afterFailure(), 0);
    time += 20_000;
    assert.equal(budget.afterFailure(), 0);
    budget.afterAnswer();
    time += 20_000;
    assert.equal(budget.afterFailure(), 0);
    time += 20_001;
    assert.equal(budget.afterFailure(), undefined);
  });

  test('draws the waiting time from zero up', () => {
    assert.equal(
      new RetryBudget(
        () => 0,
        () => 0,
      ).afterFailure(),
      0,
    );
    assert.equal(
      new RetryBudget(
        () => 0,
        () => 0,
      ).requeueDelay(),
      30_000,
    );
    assert.equal(
      new RetryBudget(
        () => 0.999,
        () => 0,
      ).requeueDelay(),
      59_970,
    );
  });
});
