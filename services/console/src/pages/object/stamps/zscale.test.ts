import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { astropyPython } from '@lvra/test-servers/tools';
import { zscale } from './zscale.js';

interface Case {
  readonly name: string;
  readonly pixels: readonly string[];
  readonly limits: readonly [number, number];
}

// Python files are not compiled: they stay in src/.
const script = fileURLToPath(new URL('../../../../src/pages/object/stamps/testing/zscale.py', import.meta.url));
const cases = JSON.parse(execFileSync(astropyPython(), [script], { encoding: 'utf8' })) as Case[];

for (const { name, pixels, limits } of cases) {
  test(`zscale has the limits that astropy finds: ${name}`, () => {
    const values = Float64Array.from(pixels, (text) => Number(text.replace('inf', 'Infinity')));
    const { low, high } = zscale(values) ?? assert.fail('no limits');
    const size = Math.max(...limits.map(Math.abs));
    assert.ok(Math.abs(low - limits[0]) <= 1e-9 * size, `${low}, not ${limits[0]}`);
    assert.ok(Math.abs(high - limits[1]) <= 1e-9 * size, `${high}, not ${limits[1]}`);
  });
}

test('without a value there are no limits', () => {
  assert.equal(zscale(Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY)), undefined);
});
