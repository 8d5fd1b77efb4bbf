import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTnsSettings } from '../settings.js';
import type { Discovery } from './discovery.js';
import { reportOf } from './report.js';

test('a report at the edges of the sky has an RA below 360 and no zero with a sign', () => {
  const settings = loadTnsSettings(undefined, { LVRA_TNS_REPORTER: 'A. Person' });
  const time = { midpointMjdTai: 61_000, band: 'r' };
  const discovery: Discovery = {
    ...{ diaObjectId: 1n, ra: 359.999_999_98, decl: -1e-9, midpointMjdTai: time.midpointMjdTai },
    nonDetection: { ...time, midpointMjdTai: 60_999, limitingMagnitude: 24.5 },
    photometry: [{ ...time, magnitude: -1e-9, magnitudeError: 0.1 }],
  };
  const report = reportOf(discovery, settings);
  assert.deepEqual([report.ra, report.dec], [{ value: '0.0000000' }, { value: '0.0000000' }]);
  const { photometry_group: points } = report.photometry as { photometry_group: Record<string, { flux: string }> };
  assert.equal(points[0]?.flux, '0.0000000');
});
