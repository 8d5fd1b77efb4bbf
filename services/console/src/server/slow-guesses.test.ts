import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlowGuesses } from './slow-guesses.js';

test('guesses of an address wait for each other, those of another do not, and beyond eight none is looked at', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const guesses = new SlowGuesses();
  const answered: string[] = [];
  const guess = (address: string, password: string) =>
    guesses.wait(address, password).then(() => answered.push(address));
  for (let i = 0; i < 8; i++) {
    assert.equal(guesses.isFull('a'), false);
    void guess('a', `guess ${i}`);
  }
  void guess('b', 'guess 0');
  assert.deepEqual([guesses.isFull('a'), guesses.isFull('b')], [true, false]);
  const pass = async () => {
    await settled();
    t.mock.timers.tick(500);
    await settled();
  };
  await pass();
  assert.deepEqual(answered, ['a', 'b']);
  assert.equal(guesses.isFull('a'), false, 'one was answered');
  for (let i = 0; i < 7; i++) await pass();
  assert.equal(answered.length, 9);
});

test('the same wrong password asked for many times is one guess, and keeps nobody out', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const guesses = new SlowGuesses();
  let answered = 0;
  for (let i = 0; i < 20; i++) void guesses.wait('a', 'of last month').then(() => answered++);
  assert.equal(guesses.isFull('a'), false);
  await settled();
  t.mock.timers.tick(500);
  await settled();
  assert.equal(answered, 20);
});

const settled = () => new Promise((resolve) => setImmediate(resolve));
