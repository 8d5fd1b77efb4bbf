import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sumOf } from './prometheus.js';

const PAGE = `# HELP lvra_x_total Things.
# TYPE lvra_x_total counter
lvra_x_total{stage="feature",vra="r0b"} 5
lvra_x_total{stage="predict",vra="r0b"} 7
lvra_x_total_created 9
lvra_seconds_sum 1.5e-3
`;

test('the samples of a metric are summed by its labels', () => {
  assert.equal(sumOf(PAGE, 'lvra_x_total'), 12);
  assert.equal(sumOf(PAGE, 'lvra_x_total', 'stage="predict"'), 7);
  assert.equal(sumOf(PAGE, 'lvra_seconds_sum'), 0.0015);
  assert.equal(sumOf(PAGE, 'lvra_y_total'), 0);
});
