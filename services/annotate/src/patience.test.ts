import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Patience } from './patience.js';

describe('patience with a Lasair that fails', () => {
  test('waits for longer after each failure, and ends after six', () => {
    const patience = new Patience(
      () => 0.5,
      () => 0,
    );
    assert.deepEqual(
      Array.from({ length: 6 }, () => patience.afterFailure()),
      [500, 1000, 2000, 4000, 5000, undefined],
    );
  });

  test('has one failure made good by an answer', () => {
    const patience = new Patience(
      () => 0.5,
      () => 0,
    );
    for (let i = 0; i < 5; i++) patience.afterFailure();
    for (let i = 0; i < 9; i++) {
      patience.afterAnswer();
      assert.equal(patience.afterFailure(), 5000);
    }
    for (let i = 0; i < 9; i++) patience.afterAnswer();
    assert.equal(patience.afterFailure(), 500);
  });

  test('ends where two of three calls fail, after as many calls as that allows', () => {
    const patience = new Patience(
      () => 0,
      () => 0,
    );
    let calls = 0;
    for (let wait: number | undefined = 0; wait !== undefined; ) {
      if (calls++ % 3 === 0) patience.afterAnswer();
      else wait = patience.afterFailure();
    }
    // Each three calls leave one failure more; at the sixth it ends.
    assert.equal(calls, 15);
  });

  test('ends after twenty seconds, however few failures fit into it', () => {
    let time = 1000;
    const patience = new Patience(
      () => 0,
      () => time,
    );
    assert.equal(patience.afterFailure(), 0);
    time += 20_000;
    assert.equal(patience.afterFailure(), 0);
    patience.afterAnswer();
    time += 20_000;
    assert.equal(patience.afterFailure(), 0);
    time += 20_001;
    assert.equal(patience.afterFailure(), undefined);
  });

  test('draws the waiting time from zero up', () => {
    assert.equal(
      new Patience(
        () => 0,
        () => 0,
      ).afterFailure(),
      0,
    );
    assert.equal(
      new Patience(
        () => 0,
        () => 0,
      ).longRest(),
      30_000,
    );
    assert.equal(
      new Patience(
        () => 0.999,
        () => 0,
      ).longRest(),
      59_970,
    );
  });
});
