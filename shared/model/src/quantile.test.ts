import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Manifest } from './manifest.js';
import { quantileOf } from './quantile.js';

const manifestOf = (quantiles: Record<string, number[] | null>, input: 'float' | 'double' = 'double') =>
  ({ input, spread: { levels: [0, 0.1, 0.5, 0.9, 1], quantiles } }) as unknown as Manifest;

const at = (level: number) => ({ from: level, to: level, isBeyond: false });

test('a value lies between the levels of its neighbours, as far as it is between them', () => {
  const manifest = manifestOf({ snr: [-2, 0, 4, 8, 108] });
  const levels: [value: number, level: number][] = [
    [-2, 0],
    [-1, 0.05],
    [0, 0.1],
    [1, 0.2],
    [4, 0.5],
    [7, 0.8],
    [58, 0.95],
    [108, 1],
  ];
  for (const [value, level] of levels) {
    const found = quantileOf(manifest, 'snr', value) ?? assert.fail();
    assert.ok(Math.abs(found.from - level) < 1e-15 && found.to === found.from && !found.isBeyond, `${value}`);
  }
});

test('a value beyond all of the import is told from the least and the greatest', () => {
  const manifest = manifestOf({ snr: [-2, 0, 4, 8, 108] });
  assert.deepEqual(quantileOf(manifest, 'snr', -2.000001), { from: 0, to: 0, isBeyond: true });
  assert.deepEqual(quantileOf(manifest, 'snr', Number.POSITIVE_INFINITY), { from: 1, to: 1, isBeyond: true });
  assert.deepEqual(quantileOf(manifest, 'snr', -2), at(0));
});

test('of levels that end before the least and the greatest, a value outside is beyond the last level, not beyond all', () => {
  const manifest = {
    input: 'double',
    spread: { levels: [0.05, 0.5, 0.95], quantiles: { snr: [1, 2, 3] } },
  } as unknown as Manifest;
  assert.deepEqual(quantileOf(manifest, 'snr', 0.9), { from: 0, to: 0.05, isBeyond: false });
  assert.deepEqual(quantileOf(manifest, 'snr', 3.1), { from: 0.95, to: 1, isBeyond: false });
  assert.deepEqual(quantileOf(manifest, 'snr', 3), at(0.95));
});

test('a value that fills several levels has all of them, to the ends', () => {
  const flag = manifestOf({ flag: [0, 0, 0, 1, 1], same: [3, 3, 3, 3, 3] });
  assert.deepEqual(quantileOf(flag, 'flag', 0), { from: 0, to: 0.5, isBeyond: false });
  assert.deepEqual(quantileOf(flag, 'flag', 1), { from: 0.9, to: 1, isBeyond: false });
  assert.deepEqual(quantileOf(flag, 'flag', 0.5), at(0.7));
  assert.deepEqual(quantileOf(flag, 'same', 3), { from: 0, to: 1, isBeyond: false });
  assert.deepEqual(quantileOf(flag, 'same', 4), { from: 1, to: 1, isBeyond: true });
});

test('a model in single precision takes a value and its greatest one alike', () => {
  const manifest = manifestOf({ x: [0.1, 0.2, 0.3, 0.4, 0.7] }, 'float');
  assert.deepEqual(quantileOf(manifest, 'x', Math.fround(0.7)), at(1));
  assert.deepEqual(quantileOf(manifest, 'x', Math.fround(0.1)), at(0));
});

test('a missing value has none, nor a feature of which the manifest knows no value', () => {
  const manifest = manifestOf({ snr: [0, 1, 2, 3, 4], never: null });
  assert.equal(quantileOf(manifest, 'snr', Number.NaN), undefined);
  assert.equal(quantileOf(manifest, 'never', 1), undefined);
  assert.equal(quantileOf(manifest, 'other', 1), undefined);
  assert.equal(quantileOf({ input: 'double' } as Manifest, 'snr', 1), undefined);
});
