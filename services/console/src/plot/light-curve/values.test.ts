import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { point, view } from './testing/points.js';
import { valuesOf } from './values.js';
import { curveInWords, pointInWords } from './words.js';

describe('the choices of a light curve', () => {
  test('a band that is hidden hides its limits and forced photometry too, and what has no band', () => {
    const points = [
      point(61_000, { band: 'g' }),
      point(61_001, { band: 'g', kind: 'forced' }),
      point(61_002, { band: 'g', kind: 'limit', psfFlux: null }),
      point(61_003, { band: 'r', kind: 'limit', psfFlux: null }),
      point(61_004, { band: null }),
    ];
    const bandsOf = (bands: string[] | null) => valuesOf(points, view({ bands })).shown.map((each) => each.point.band);
    assert.deepEqual(bandsOf(['r']), ['r']);
    assert.deepEqual(bandsOf(['g', 'r']), ['g', 'g', 'g', 'r']);
    assert.deepEqual(bandsOf([]), []);
    assert.deepEqual(bandsOf(null), ['g', 'g', 'g', 'r', null]);
  });

  test('forced photometry and times are left out as asked', () => {
    const points = [point(61_000), point(61_001, { kind: 'forced' }), point(61_002)];
    const timesOf = (changes: Parameters<typeof view>[0]) =>
      valuesOf(points, view(changes)).shown.map((each) => each.point.midpointMjdTai);
    assert.deepEqual(timesOf({ isForcedShown: false }), [61_000, 61_002]);
    assert.deepEqual(timesOf({ from: 61_000.5 }), [61_001, 61_002]);
    assert.deepEqual(timesOf({ from: 61_000, to: 61_001 }), [61_000, 61_001]);
  });

  test('the flux is that of the image asked for', () => {
    const of = (measure: 'difference' | 'science' | 'template') =>
      valuesOf([point(61_000)], view({ measure })).shown.map(({ value, error }) => [value, error]);
    assert.deepEqual(of('difference'), [[1, 0.05]]);
    assert.deepEqual(of('science'), [[3, 0.06]]);
    assert.deepEqual(of('template'), [[2, 0.04]]);
  });

  test('what has no such flux is left out, and counted', () => {
    const points = [
      point(61_000, { scienceFlux: null }),
      point(61_001, { kind: 'limit', psfFlux: null }),
      point(61_002),
    ];
    const { shown, leftOut } = valuesOf(points, view({ measure: 'science' }));
    assert.equal(shown.length, 1);
    assert.deepEqual([...leftOut.values()], [2]);
  });

  test('a limit is as many times its error as asked for, in both units', () => {
    const limit = point(61_000, { kind: 'limit', psfFlux: 0, psfFluxErr: 200 });
    const of = (unit: 'flux' | 'mag', snr: number) => valuesOf([limit], view({ unit, snr })).shown[0];
    assert.deepEqual([of('flux', 5)?.as, of('flux', 5)?.value], ['limit', 1]);
    assert.equal(of('flux', 10)?.value, 2);
    // 1,000 nJy.
    assert.ok(Math.abs((of('mag', 5)?.value ?? 0) - 23.9) < 1e-12);
  });

  test('what cannot be used is a cross, never a measurement nor part of a mean', () => {
    const points = [
      point(61_000.1),
      point(61_000.2, { psfFlux: 9_000, unusable: 'its PSF fit failed' }),
      point(61_000.3, { psfFlux: -9, psfFluxErr: 1, unusable: 'an injected fake' }),
    ];
    const { shown } = valuesOf(points, view({ unit: 'mag', isNightly: true }));
    assert.deepEqual(
      shown.map(({ as, of }) => [as, of]),
      [
        ['measured', 1],
        ['unusable', 1],
        ['unusable', 1],
      ],
    );
    assert.equal(shown[2]?.value, null);
    assert.match(pointInWords(shown[1]!, view()), /cannot be used: its PSF fit failed/);
  });

  test('the words for who cannot see it count what is drawn', () => {
    const points = [
      point(61_000),
      point(61_001, { kind: 'forced', psfFlux: 400 }),
      point(61_002, { kind: 'limit', psfFlux: null }),
      point(61_003, { unusable: 'its PSF fit failed' }),
    ];
    assert.equal(
      curveInWords(valuesOf(points, view()), view()),
      '4 points from MJD 61000.00 to 61003.00: 1 detections, 1 of forced photometry, 1 limits at S/N 3, 1 that cannot be used. ' +
        'Values from 0.400 µJy to 1.000 µJy. The photometry table has every number.',
    );
    assert.equal(curveInWords(valuesOf([], view()), view()), 'There is nothing to draw.');
  });
});
