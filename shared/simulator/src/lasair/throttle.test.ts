import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Throttle } from './throttle.js';

const MINUTE = 60_000;

function clocked() {
  const clock = { now: 1_000_000 };
  return { clock, throttle: new Throttle(() => clock.now) };
}

describe('Throttle', () => {
  test('with 20 an hour the eleventh call is refused', () => {
    const { throttle } = clocked();
    const admitted = Array.from({ length: 11 }, () => throttle.admits('A', 20));
    assert.deepEqual(admitted, [...Array(10).fill(true), false]);
  });

  test('lets the next call through once an hour has passed since the first', () => {
    const { clock, throttle } = clocked();
    for (let call = 0; call < 10; call++, clock.now += MINUTE) assert.ok(throttle.admits('A', 20));
    clock.now = 1_000_000 + 60 * MINUTE - 1;
    assert.equal(throttle.admits('B', 20), true, 'another user has a limit of their own');
    clock.now += 1;
    assert.equal(throttle.admits('A', 20), true);
  });

  test('refused calls put off the end of the refusal', () => {
    const { clock, throttle } = clocked();
    for (let call = 0; call < 10; call++) throttle.admits('A', 20);
    clock.now += 30 * MINUTE;
    for (let call = 0; call < 20; call++) assert.equal(throttle.admits('A', 20), false);
    clock.now += 30 * MINUTE;
    assert.equal(throttle.admits('A', 20), false, 'an hour after the calls, half an hour after the last refusals');
    clock.now += 60 * MINUTE;
    assert.equal(throttle.admits('A', 20), true, 'an hour after the last refusal');
  });
});
