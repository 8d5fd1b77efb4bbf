import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { foldNights } from './nights.js';
import type { Point, View } from './photometry.js';
import { LightCurve } from './plot.js';
import { expectedOf } from './testing/expected.js';
import { point, view } from './testing/points.js';
import { valuesOf } from './values.js';
import { utcText } from './words.js';

const BANDS = ['u', 'g', 'r', 'i', 'z', 'y'];
const SNR = 4;

/** Points of many nights, from far below the noise to far above it, some of them negative. */
function manyPoints(): Point[] {
  return Array.from({ length: 90 }, (_, n) => {
    const error = 40 + ((n * 37) % 100);
    // Exact halves of S/N from -10 to 34.5: none is at the limit itself but n = 28, which counts as measured.
    const flux = error * (n / 2 - 10);
    const kind = n % 3 === 0 ? 'forced' : 'detection';
    // Some of a night have the same band and kind, and the last of each day is after its noon.
    const time = 61_041.3 + Math.floor(n / 18) + (n % 18) * 0.01247;
    return point(time, { kind, band: BANDS[n % 6]!, psfFlux: flux, psfFluxErr: error });
  });
}

const POINTS = manyPoints();
const expected = expectedOf(POINTS, SNR);

function near(actual: number, wanted: number | null, tolerance: number, what: string): void {
  assert.ok(wanted !== null && Math.abs(actual - wanted) <= tolerance, `${what}: ${actual}, astropy has ${wanted}`);
}

describe('what is drawn of a light curve', () => {
  test('is, in µJy, every flux with its error', () => {
    const { shown, leftOut } = valuesOf(POINTS, view({ snr: SNR }));
    assert.equal(shown.length, POINTS.length);
    assert.equal(leftOut.size, 0);
    for (const [n, { value, error, as }] of shown.entries()) {
      assert.equal(as, 'measured');
      near(value as number, expected.points[n]!.microJansky, 1e-9, `flux ${n}`);
      near(error as number, expected.points[n]!.microJanskyError, 1e-9, `error ${n}`);
    }
  });

  test('is, in AB magnitudes, what is above the noise, and limits of the rest', () => {
    const { shown, leftOut } = valuesOf(POINTS, view({ unit: 'mag', snr: SNR }));
    const kinds = { measured: 0, limit: 0, unusable: 0 };
    for (const { point: of, value, error, as } of shown) {
      const n = POINTS.indexOf(of);
      kinds[as] += 1;
      if (as === 'limit') near(value as number, expected.points[n]!.limit, 1e-9, `limit ${n}`);
      else {
        near(value as number, expected.points[n]!.magnitude, 1e-9, `magnitude ${n}`);
        near(error as number, expected.points[n]!.magnitudeError, 1e-6, `error of magnitude ${n}`);
      }
    }
    // S/N -10 to -4: 13 have no magnitude; -3.5 to 3.5: 15 limits.
    assert.deepEqual([[...leftOut.values()], kinds], [[13], { measured: 62, limit: 15, unusable: 0 }]);
  });

  test('folded by night is the weighted mean', () => {
    const folded = foldNights(POINTS, 'difference');
    assert.equal(folded.length, expected.means.length);
    assert.ok(folded.some(({ of }) => of > 1));
    for (const mean of expected.means) {
      const own = folded.find(
        ({ point: { midpointMjdTai, band, kind } }) =>
          band === mean.band && kind === mean.kind && Math.abs(midpointMjdTai - mean.time) < 1e-6,
      );
      assert.ok(own, JSON.stringify(mean));
      assert.equal(own.of, mean.of);
      near(own.point.psfFlux as number, mean.flux, 1e-8, 'mean');
      near(own.point.psfFluxErr as number, mean.error, 1e-9, 'its error');
    }
  });

  test('has its time in UTC', () => {
    for (const [n, { midpointMjdTai }] of POINTS.entries()) {
      const [own, theirs] = [utcText(midpointMjdTai).replace(' UTC', 'Z'), `${expected.points[n]!.utc}Z`];
      assert.ok(Math.abs(Date.parse(own) - Date.parse(theirs)) < 1_000, `${own}, astropy has ${theirs}`);
    }
  });
});

describe('the picture of a light curve', () => {
  for (const unit of ['flux', 'mag'] as const) {
    test(`has each mark where its axes say that it is, in ${unit}`, () => {
      const drawn = drawnIn(view({ unit, snr: SNR }));
      assert.equal(drawn.length, unit === 'mag' ? 77 : 90);
      for (const { time, value, kind, band } of drawn) {
        const n = POINTS.findIndex(({ midpointMjdTai }) => Math.abs(midpointMjdTai - time) < 0.004);
        const wanted = expected.points[n]!;
        const limit = unit === 'mag' && Math.abs(POINTS[n]!.psfFlux! / POINTS[n]!.psfFluxErr!) < SNR;
        assert.deepEqual([kind, band], [limit ? 'limit' : POINTS[n]!.kind, POINTS[n]!.band], `mark ${n}`);
        const exact = unit === 'flux' ? wanted.microJansky : limit ? wanted.limit : wanted.magnitude;
        near(value, exact, 0.002, `height of ${n}`);
      }
    });
  }

  test('has brighter magnitudes above fainter ones', () => {
    const { labels } = axesOf(String(<LightCurve {...propsOf(view({ unit: 'mag' }))} />));
    const [upper, lower] = [labels.values[0]!, labels.values.at(-1)!].sort((a, b) => a.at - b.at);
    assert.ok(upper!.value < lower!.value, `${upper!.value} is drawn above ${lower!.value}`);
  });
});

function propsOf(of: View) {
  return { values: valuesOf(POINTS, of), view: of, times: [61_041, 61_046] as const };
}

interface Label {
  readonly at: number;
  readonly value: number;
}

/** The numbers at both axes and where they stand, read from the picture itself. */
function axesOf(svg: string): {
  labels: { values: Label[]; times: Label[] };
  at: (x: number, y: number) => [number, number];
} {
  const texts = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)">([−\d.,]+)<\/text>/g)];
  const numberOf = (text: string) => Number(text.replace('−', '-').replaceAll(',', ''));
  const of = (anchor: string) => texts.filter(([, , , each]) => each === anchor);
  // A value stands 4 below its line.
  const values = of('end').map(([, , y, , text]) => ({ at: Number(y) - 4, value: numberOf(text!) }));
  const times = of('middle')
    .filter(([, , y]) => Number(y) > 300)
    .map(([, x, , , text]) => ({ at: Number(x), value: numberOf(text!) }));
  const along = ([first, ...rest]: Label[], place: number) => {
    const last = rest.at(-1)!;
    return first!.value + ((place - first!.at) / (last.at - first!.at)) * (last.value - first!.value);
  };
  return { labels: { values, times }, at: (x, y) => [along(times, x), along(values, y)] };
}

/** The marks of the picture, as its axes tell them. */
function drawnIn(of: View): { time: number; value: number; kind: string; band: string }[] {
  const svg = String(<LightCurve {...propsOf(of)} />);
  const { at } = axesOf(svg);
  const marks = svg.matchAll(/<use href="#band-(\w)" class="(\w+)" x="([\d.]+)" y="([\d.]+)" data-tip/g);
  return [...marks].map(([, band, kind, x, y]) => {
    const [time, value] = at(Number(x), Number(y));
    return { time, value, kind: kind!, band: band! };
  });
}
