import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type JsonRecord, lightCurveOf, mergeLightCurves, reachesFirstSource } from '@lvra/alerts';
import { type Discovery, discoveryOf, NoDiscovery } from './discovery.js';

const ID = 169760231708427201n;
const LIMITS = { lowestSnr: 5, lowestReliability: 0 };
const BANDS = new Set(['u', 'g', 'r', 'i', 'z', 'y']);

/** A good source at a time; 1,000 nJy are magnitude 23.9, and 10 times their error. */
function source(midpointMjdTai: number, changes: JsonRecord = {}): JsonRecord {
  const usual = { psfFlux: 1_000, psfFluxErr: 100, band: 'r', reliability: 0.9, isNegative: false };
  return { diaSourceId: BigInt(Math.round(midpointMjdTai * 1e9)), midpointMjdTai, ...usual, ...changes };
}

function forced(midpointMjdTai: number, changes: JsonRecord = {}): JsonRecord {
  return { diaForcedSourceId: 1, midpointMjdTai, psfFlux: 20, psfFluxErr: 100, band: 'g', ...changes };
}

function message(sources: JsonRecord[], alert: JsonRecord = {}, top: JsonRecord = {}): JsonRecord {
  const diaObject = { ra: 222.7, decl: -41.02 };
  return { diaObjectId: ID, ...top, alert: { diaObject, diaSourcesList: sources, ...alert } };
}

function curveOf(given: JsonRecord) {
  const curve = lightCurveOf(ID, given);
  assert.ok(curve);
  return curve;
}

function discover(sources: JsonRecord[], alert: JsonRecord = {}, limits = LIMITS): Discovery {
  return discoveryOf(curveOf(message(sources, alert)), limits, BANDS);
}

describe('the discovery', () => {
  test('is the first detection in time, in any order of the list', () => {
    const sources = [source(61_002), source(61_000), source(61_001)];
    assert.equal(discover(sources).midpointMjdTai, 61_000);
    assert.deepEqual(
      discover(sources).photometry.map(({ midpointMjdTai }) => midpointMjdTai),
      [61_000, 61_001, 61_002],
    );
  });

  const passedOver: [what: string, changes: JsonRecord][] = [
    ['a negative flux', { psfFlux: -1_000, isNegative: true }],
    ['a flux below the signal to noise asked for', { psfFlux: 499 }],
    ['no flux', { psfFlux: Number.NaN }],
    ['no error', { psfFluxErr: null }],
    ['a PSF fit that failed', { psfFlux_flag: true }],
    ['an injected fake', { pixelFlags_injected: true }],
    ["a satellite's glint", { glint_trail: true }],
    ['a source that Rubin has withdrawn', { timeWithdrawnMjdTai: 61_000.5 }],
    ['a negative source with a positive fit', { isNegative: true }],
  ];
  for (const [what, changes] of passedOver) {
    test(`is not ${what}`, () => {
      assert.equal(discover([source(61_000, changes), source(61_001)]).midpointMjdTai, 61_001);
    });
    test(`does not exist if there is only ${what}`, () => {
      assert.throws(
        () => discover([source(61_000, { psfFlux: 1 }), source(61_001, changes)]),
        (error: Error) =>
          error instanceof NoDiscovery && /none of its .*is a detection: positive psfFlux/.test(error.message),
      );
    });
  }

  test('is exactly at the limit, and the limit can be set', () => {
    const sources = [source(61_000, { psfFlux: 500 }), source(61_001)];
    assert.equal(discover(sources).midpointMjdTai, 61_000);
    assert.equal(discover(sources, {}, { ...LIMITS, lowestSnr: 5.1 }).midpointMjdTai, 61_001);
  });

  test('must be as reliable as asked for; unless asked for, one without reliability counts', () => {
    const sources = [source(61_000, { reliability: Number.NaN }), source(61_001, { reliability: 0.4 }), source(61_002)];
    assert.equal(discover(sources).midpointMjdTai, 61_000);
    assert.equal(discover(sources, {}, { ...LIMITS, lowestReliability: 0.5 }).midpointMjdTai, 61_002);
  });

  test('in a band that TNS has no filter for cannot be reported', () => {
    assert.throws(() => discover([source(61_000, { band: 'w' }), source(61_001)]), /first detection is in band w/);
    assert.throws(() => discover([source(61_000, { band: null })]), /in band unknown/);
  });
});

describe('photometry', () => {
  test('has ten points at most: the discovery and the latest nine', () => {
    const { photometry } = discover(Array.from({ length: 30 }, (_, day) => source(61_000 + day)));
    assert.deepEqual(
      photometry.map(({ midpointMjdTai }) => midpointMjdTai - 61_000),
      [0, 21, 22, 23, 24, 25, 26, 27, 28, 29],
    );
  });

  test('is a magnitude for positive flux and a limit for any other', () => {
    const later = [source(61_001, { psfFlux: -900, isNegative: true }), source(61_002, { psfFlux: 300 })];
    const [first, negative, faint] = discover([source(61_000), ...later]).photometry;
    assert.ok(first && 'magnitude' in first);
    assert.ok(Math.abs(first.magnitude - 23.9) < 1e-9, 'log10 of 1,000 is 3');
    assert.ok(Math.abs(first.magnitudeError - 0.108_573_62) < 1e-8, '2.5 / ln 10 / 10');
    for (const point of [negative, faint]) {
      assert.ok(point && 'limitingMagnitude' in point);
      assert.ok(Math.abs(point.limitingMagnitude - 24.652_574_989) < 1e-8, '-2.5 log10(500) + 31.4');
    }
  });

  test('leaves out what is no light of the object, and bands without a filter', () => {
    const sources = [source(61_000), source(61_001, { psfFlux_flag: true }), source(61_002, { band: 'w' })];
    assert.equal(discover(sources).photometry.length, 1);
  });
});

describe('the last non-detection', () => {
  test('is the latest forced photometry before the discovery that is not significant', () => {
    const list = [
      forced(61_000),
      forced(60_998),
      forced(60_999, { psfFlux: -50, psfFluxErr: 200 }),
      forced(60_999.5, { psfFlux: 600 }),
      forced(60_999.6, { psfFlux_flag: true }),
      forced(60_999.7, { psfFluxErr: null }),
      forced(60_999.8, { band: 'w' }),
      forced(61_001),
    ];
    const { nonDetection } = discover([source(61_000)], { diaForcedSourcesList: list });
    assert.equal(nonDetection?.midpointMjdTai, 60_999);
    assert.ok(Math.abs((nonDetection?.limitingMagnitude ?? 0) - 23.9) < 1e-9, '5 times 200 nJy');
  });

  test('may be a limit of the older schemas', () => {
    const limits = [{ ccdVisitId: 1, midpointMjdTai: 60_990, band: 'i', diaNoise: 200 }];
    const { nonDetection } = discover([source(61_000)], { diaNondetectionLimitsList: limits });
    assert.deepEqual([nonDetection?.midpointMjdTai, nonDetection?.band], [60_990, 'i']);
  });

  test('is missing if the alert has none', () => {
    assert.equal(discover([source(61_000)], { diaForcedSourcesList: [] }).nonDetection, undefined);
    assert.equal(discover([source(61_000)], { diaForcedSourcesList: null }).nonDetection, undefined);
  });

  test('is before the discovery also as dates are written', () => {
    const { nonDetection } = discover([source(61_000)], { diaForcedSourcesList: [forced(61_000 - 1e-6)] });
    assert.equal(nonDetection, undefined);
  });
});

describe('a light curve', () => {
  test('that does not go back to the first source gives no discovery', () => {
    const top = { firstDiaSourceMjdTai: 60_990 };
    const curve = curveOf(message([source(61_000)], {}, top));
    assert.equal(reachesFirstSource(curve), false);
    assert.throws(() => discoveryOf(curve, LIMITS, BANDS), /begin at MJD 61000, its first source is of MJD 60990/);
    const whole = mergeLightCurves([curve, curveOf(message([source(60_990)], {}, top))]);
    assert.equal(discoveryOf(whole, LIMITS, BANDS).midpointMjdTai, 60_990);
  });

  test('goes back to a first source that has no flux', () => {
    const sources = [source(60_990, { psfFlux: null }), source(61_000)];
    const curve = curveOf(message(sources, {}, { firstDiaSourceMjdTai: 60_990 }));
    assert.equal(discoveryOf(curve, LIMITS, BANDS).midpointMjdTai, 61_000);
  });

  test('has no source twice, and several of one exposure', () => {
    const twice = curveOf(message([source(61_000), source(61_000)]));
    assert.equal(twice.sources.length, 1);
    const close = curveOf(message([source(61_000), source(61_000, { diaSourceId: 169760231708427209n })]));
    assert.equal(close.sources.length, 2);
  });

  test('is where Rubin says, or where the filter does', () => {
    const given = message([source(61_000)], {}, { ra: 1, decl: 2 });
    assert.deepEqual([curveOf(given).ra, curveOf(given).decl], [222.7, -41.02]);
    const lite = { ...given, alert: { diaSourcesList: [source(61_000)] } };
    assert.deepEqual([curveOf(lite).ra, curveOf(lite).decl], [1, 2]);
  });

  test('does not exist in a message without alert, without sources or without a position', () => {
    assert.equal(lightCurveOf(ID, { diaObjectId: ID, ra: 1, decl: 2 }), undefined);
    assert.equal(lightCurveOf(ID, message([])), undefined);
    assert.equal(lightCurveOf(ID, message([source(61_000)], { diaObject: null })), undefined);
  });
});
