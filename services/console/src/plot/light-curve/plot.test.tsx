import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Point, View } from './photometry.js';
import { LightCurve } from './plot.js';
import { point, view } from './testing/points.js';
import { valuesOf } from './values.js';

const TIMES = [61_000, 61_010] as const;

function drawn(points: readonly Point[], changes: Partial<View> = {}): string {
  const of = view(changes);
  return String(<LightCurve values={valuesOf(points, of)} view={of} times={TIMES} />);
}

describe('the picture of a light curve', () => {
  test('has a name, a description, and for each band a shape, a colour and a letter', () => {
    const svg = drawn(['u', 'g', 'r', 'i', 'z', 'y'].map((band, day) => point(61_001 + day, { band })));
    assert.match(svg, /role="img" aria-labelledby="light-curve-title light-curve-desc"/);
    assert.match(svg, /<desc id="light-curve-desc">6 points from MJD 61001/);
    const shapes = new Set<string>();
    for (const band of ['u', 'g', 'r', 'i', 'z', 'y']) {
      assert.match(svg, new RegExp(`<g class="band-${band}"><use href="#band-${band}" class="detection"`));
      assert.match(svg, new RegExp(`>${band}</text>`));
      shapes.add(new RegExp(`<path id="band-${band}" d="([^"]+)"`).exec(svg)?.[1] ?? '');
    }
    assert.equal(shapes.size, 6);
  });

  test('has no error bar where there is no error, or none is wanted', () => {
    const points = [point(61_001), point(61_002, { psfFluxErr: null })];
    assert.equal(drawn(points).match(/class="error"/g)?.length, 1);
    assert.doesNotMatch(drawn(points, { hasErrors: false }), /class="error"/);
  });

  test('has an arrow for a limit and a cross for what cannot be used, inside its frame', () => {
    const svg = drawn([
      point(61_001),
      point(61_002, { psfFlux: 1_200 }),
      point(61_003, { kind: 'limit', psfFlux: null }),
      point(61_004, { psfFlux: 1e9, unusable: 'its PSF fit failed' }),
      point(61_005, { psfFlux: null, unusable: 'it has no flux' }),
    ]);
    assert.equal(svg.match(/<path class="limit" transform="translate\([\d.]+ [\d.]+\)" d="M0 4V14/g)?.length, 2);
    const crosses = [
      ...svg.matchAll(/class="unusable" transform="translate\([\d.]+ ([\d.]+)\)"[^>]* data-tip="[^"]*(PSF|no flux)/g),
    ];
    assert.deepEqual(
      crosses.map(([, y]) => y),
      ['52', '332'],
    );
  });

  test('one point is drawn in the middle, and a huge error does not flatten what is beside it', () => {
    const heightsOf = (points: readonly Point[]) =>
      [...drawn(points).matchAll(/class="detection" x="[\d.]+" y="([\d.]+)" data-tip/g)].map(([, y]) => Number(y));
    const [alone = 0] = heightsOf([point(61_001)]);
    assert.ok(Math.abs(alone - 195) < 2, `${alone}`);
    const [lower = 0, upper = 0] = heightsOf([point(61_001), point(61_002, { psfFlux: 1_500, psfFluxErr: 1e6 })]);
    assert.ok(lower - upper > 60, `${lower} and ${upper}`);
  });

  test('what an alert says of a band or a reason is text, never markup', () => {
    const svg = drawn([point(61_001, { band: '"><script>', unusable: '<img src=x onerror=alert(1)>' })]);
    assert.doesNotMatch(svg, /<script|<img/);
    assert.match(svg, /&lt;img src=x/);
  });

  test('its colours are those of Rubin, on light and on dark ground', () => {
    const sheet = readFileSync(new URL('../../../src/browser/style/colours.css', import.meta.url), 'utf8');
    const [light = '', dark = ''] = sheet.split('@media (prefers-color-scheme: dark)');
    const coloursIn = (part: string) =>
      Object.fromEntries([...part.matchAll(/--([ugrizy]): (#[0-9a-f]{6})/g)].map(([, band, colour]) => [band, colour]));
    // Rubin's technical note RTN-045.
    assert.deepEqual(coloursIn(light), {
      ...{ u: '#1600ea', g: '#31de1f', r: '#b52626', i: '#370201', z: '#ba52ff', y: '#61a2b3' },
    });
    assert.deepEqual(coloursIn(dark), {
      ...{ u: '#3eb7ff', g: '#30c39f', r: '#ff7e00', i: '#2af5ff', z: '#a7f9c1', y: '#fdc900' },
    });
  });
});
