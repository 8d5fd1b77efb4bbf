import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryCourse } from './memory.js';

const course = (of: (second: number) => number) => memoryCourse(Array.from({ length: 90 }, (_, second) => of(second)));

test('the peak and the most of each third are told', () => {
  const { peak, thirds } = course((second) => (second === 40 ? 300 : 100 + second));
  assert.equal(peak, 300);
  assert.deepEqual(thirds, [129, 300, 189]);
});

test('what warms up and then breathes is flat', () => {
  assert.ok(course((second) => Math.min(100 + 10 * second, 250) + 15 * (second % 3)).isFlat);
});

test('what grows all the time is not', () => {
  assert.ok(!course((second) => 100 + 3 * second).isFlat);
});
