import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callsOverBudget } from './calls-judge.js';

test('the calls of any hour count against the budget, not those of each hour of the clock', () => {
  const at = (...minutes: number[]) => minutes.map((minute) => ({ at: minute * 60_000, path: '/api/annotatelist/' }));
  assert.equal(callsOverBudget(at(0, 30, 59, 60, 89), 3), 1, '30, 59, 60 and 89 lie within an hour');
  assert.equal(callsOverBudget(at(0, 30, 59, 60, 89), 4), 0);
  assert.equal(callsOverBudget(at(0, 60, 120), 1), 0);
  assert.equal(callsOverBudget([...at(0, 1), { at: 2, path: '/api/other/' }], 1), 1);
  assert.equal(callsOverBudget(at(89, 0, 60, 30, 59), 3), 1, 'in whatever order they were answered');
});
