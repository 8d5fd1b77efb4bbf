import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { outOfRange } from './out-of-range.js';

const features = ['snr', 'ebv'];
const levels = [0, 0.5, 1];

describe('values out of the range of the import', () => {
  test('are below its least or above its greatest, and never missing ones', () => {
    const spread = { levels, quantiles: { snr: [1, 2, 5], ebv: [-0.5, 0, 0.5] } };
    const rows = [0.9, 0, 1, 0.6, 5, -0.6, 5.1, Number.NaN, Number.POSITIVE_INFINITY, 0.5];
    assert.deepEqual(outOfRange(Float64Array.from(rows), { features, spread }), Uint32Array.of(3, 2));
  });

  test('are none of a feature of which the import knew no value', () => {
    const spread = { levels, quantiles: { snr: null } };
    assert.deepEqual(outOfRange(Float64Array.of(1e300, -1e300), { features, spread }), Uint32Array.of(0, 0));
  });

  test('are not the least and the greatest themselves where the model takes single precision', () => {
    // 0.1 is greater in single precision than in double, 0.3 too; 0.7 is less.
    const spread = { levels, quantiles: { snr: [0.7, 0.8, 0.9], ebv: [0.1, 0.2, 0.3] } };
    const extremes = Float32Array.of(0.7, 0.1, 0.9, 0.3);
    assert.deepEqual(outOfRange(extremes, { features, spread }), Uint32Array.of(0, 0));
  });

  test('are unknown if the manifest does not say how values were spread, or not to both ends', () => {
    const quantiles = { snr: [1, 2], ebv: [1, 2] };
    const values = Float64Array.of(9, 9);
    assert.equal(outOfRange(values, { features }), undefined);
    assert.equal(outOfRange(values, { features, spread: { levels: [0.1, 1], quantiles } }), undefined);
    assert.equal(outOfRange(values, { features, spread: { levels: [0, 0.9], quantiles } }), undefined);
  });
});
