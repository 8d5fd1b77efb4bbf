import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from '@lvra/core';
import { type LightCurve, lightCurveOf } from './light-curves.js';
import type { Band, Visit } from './survey.js';
import type { Truth } from './truth.js';

const NEWEST = 61073;

function visit(midpoint: number, band: Band = 'r'): Visit {
  const night = Math.floor(midpoint);
  return { night, sequence: 1, number: '2026020100001', midpoint, band, field: 0, skyError: 200, psfMoment: 0.2 };
}

/** Times of a window, newest first, as a light curve must be called. */
function backwards(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, place) => to - place * step);
}

function curves(truth: Truth, count: number): LightCurve[] {
  return Array.from({ length: count }, (_, seed) => lightCurveOf(truth, NEWEST, new Random(seed + 1)));
}

describe('a supernova', () => {
  for (const [number, curve] of curves('supernova', 10).entries()) {
    test(`number ${number} rises faster than it falls, in every band later the redder`, () => {
      const times = backwards(NEWEST - 150, NEWEST + 150, 0.5);
      const peakOf = (band: Band) => {
        const fluxes = times.map((time) => curve.fluxOn(visit(time, band)));
        const peak = Math.max(...fluxes);
        const above = times.filter((_, place) => (fluxes[place] as number) > peak / 2);
        const time = times[fluxes.indexOf(peak)] as number;
        return { time, peak, rise: time - Math.min(...above), fall: Math.max(...above) - time };
      };
      const green = peakOf('g');
      const infrared = peakOf('z');
      assert.ok(green.rise < green.fall, `rise ${green.rise} d, fall ${green.fall} d`);
      assert.ok(infrared.time > green.time);
      assert.ok(curve.fluxOn(visit(curve.begins, 'g')) < 0.05 * green.peak, 'nothing before the explosion');
      assert.ok(Math.abs(green.time - NEWEST) < 120, 'seen near its peak');
    });
  }
});

describe('an active nucleus', () => {
  test('varies more over months than over a night', () => {
    const changes = (days: number) => {
      const squares = curves('agn', 200).map((curve) => {
        const late = curve.fluxOn(visit(NEWEST));
        return (late - curve.fluxOn(visit(NEWEST - days))) ** 2;
      });
      return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    };
    assert.ok(changes(200) > 4 * changes(1), `${changes(200)} over 200 days, ${changes(1)} over one`);
  });
});

describe('a variable star', () => {
  test('comes back to the same flux after a period', () => {
    const curve = lightCurveOf('variable star', NEWEST, new Random(3));
    const step = 0.005;
    const fluxes = backwards(NEWEST - 20, NEWEST, step).map((time) => curve.fluxOn(visit(time)));
    const misfit = (lag: number) => {
      let sum = 0;
      for (let place = lag; place < fluxes.length; place++) {
        sum += Math.abs((fluxes[place] as number) - (fluxes[place - lag] as number));
      }
      return sum / (fluxes.length - lag);
    };
    const amplitude = Math.max(...fluxes) - Math.min(...fluxes);
    const lags = Array.from({ length: 160 }, (_, place) => 40 + place);
    const best = Math.min(...lags.map(misfit));
    assert.ok(best < 0.05 * amplitude, `no period fits better than ${best} of ${amplitude}`);
  });
});

test('what is in the sky never takes more light away than the template has', () => {
  for (const truth of ['supernova', 'agn', 'variable star'] as const) {
    for (const curve of curves(truth, 50)) {
      for (const time of backwards(NEWEST - 100, NEWEST, 3)) {
        assert.ok(curve.fluxOn(visit(time, 'g')) + curve.template > 0, `${truth} at ${time}`);
      }
    }
  }
});

test('an artefact keeps no memory of the visit before', () => {
  const random = new Random(5);
  const curve = lightCurveOf('dipole', NEWEST, random);
  const fluxes = backwards(NEWEST - 300, NEWEST, 1).map((time) => curve.fluxOn(visit(time)));
  const mean = fluxes.reduce((sum, flux) => sum + flux, 0) / fluxes.length;
  let products = 0;
  let squares = 0;
  for (let place = 1; place < fluxes.length; place++) {
    products += ((fluxes[place] as number) - mean) * ((fluxes[place - 1] as number) - mean);
    squares += ((fluxes[place] as number) - mean) ** 2;
  }
  assert.ok(Math.abs(products / squares) < 0.2, `correlation ${products / squares}`);
});
