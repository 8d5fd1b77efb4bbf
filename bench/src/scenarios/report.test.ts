import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdict } from './report.js';

test('a verdict says whether the objective is met, and by how much it is missed', () => {
  assert.equal(
    verdict('rate', 1_600, 1_500, 'alerts/s', false),
    'MET     rate: 1,600 alerts/s (at least 1,500 alerts/s)',
  );
  assert.match(verdict('rate', 1_200, 1_500, 'alerts/s', false), /^MISSED {2}rate: 1,200 alerts\/s, by 20 % /);
  assert.match(verdict('p99', 1.5, 2, 's', true), /^MET /);
  assert.match(verdict('p99', 3, 2, 's', true), /^MISSED .* by 50 % /);
  assert.match(verdict('p99', Number.NaN, 2, 's', true), /^MISSED /);
});
