import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gatherLightCurves, type LightCurve } from '@lvra/alerts';
import { REAL, REAL_STEM } from '@lvra/core/testing/reference';
import { discoveryOf } from './report/discovery.js';
import { type AtReport, reportOf } from './report/report.js';
import { loadTnsSettings } from './settings.js';
import { askErfa } from './testing/erfa.js';

interface Point {
  readonly obsdate: number;
  readonly band: string;
  readonly flux?: number;
  readonly flux_error?: number;
  readonly limiting_flux?: number;
}

interface Expected {
  readonly diaObjectId: string;
  readonly ra: number;
  readonly dec: number;
  readonly photometry: readonly Point[] | null;
}

type Written = Record<string, string>;

/** Contract: the ids of LSST's filters at TNS. */
const FILTERS: Record<string, string> = { u: '160', g: '161', r: '162', i: '163', z: '164', y: '165' };
const REPORTER = 'A. Person (Some University)';

const settings = loadTnsSettings(undefined, { LVRA_TNS_REPORTER: REPORTER });
const team = loadTnsSettings(undefined, { LVRA_TNS_REPORTER: REPORTER, LVRA_TNS_FIELD_NAMES: 'team' });
const tns2 = loadTnsSettings(undefined, { LVRA_TNS_REPORTER: REPORTER, LVRA_TNS_FIELD_NAMES: 'tns2' });
const bands = new Set(settings.filters.keys());

async function curvesIn(path: string, ids: readonly string[]) {
  const store = { stemsOf: async () => [REAL_STEM], batchFile: async () => path, sizesOf: async () => undefined };
  return gatherLightCurves(ids.map(BigInt), store);
}

/** MJD in UTC of a date of TNS's. */
function mjdOf(date: string): number {
  const [, day = '', fraction = ''] = /^(\d{4}-\d{2}-\d{2})(\.\d{5})$/.exec(date) ?? [];
  return Date.parse(`${day}T00:00:00Z`) / 86_400_000 + 40_587 + Number(fraction);
}

interface PointNames {
  readonly unit: string;
  readonly filter: string;
  readonly instrument: string;
}

function assertPoints(written: Record<string, Written>, expected: readonly Point[], names: PointNames) {
  assert.deepEqual(Object.keys(written), [...expected.keys()].map(String));
  for (const [place, point] of expected.entries()) assertPoint(written[place] ?? {}, point, names);
}

function assertPoint(written: Written, expected: Point, names: PointNames) {
  const where = JSON.stringify(expected);
  assert.ok(Math.abs(mjdOf(written.obsdate ?? '') - expected.obsdate) <= 1e-5, `${written.obsdate} for ${where}`);
  for (const field of ['flux', 'flux_error', 'limiting_flux'] as const) {
    const value = expected[field];
    if (value === undefined) assert.equal(written[field], undefined, where);
    else assert.ok(Math.abs(Number(written[field]) - value) < 1e-6, `${field} ${written[field]} for ${where}`);
  }
  assert.equal(written[names.unit], '1');
  assert.equal(written[names.filter], FILTERS[expected.band]);
  assert.equal(written[names.instrument], '287');
  assert.equal(Object.keys(written).length, expected.flux === undefined ? 5 : 6, where);
}

describe('reports of the real alerts', async () => {
  const path = fileURLToPath(new URL(`JSON/2026/20260202/${REAL_STEM}.json`, REAL));
  const expected = askErfa<Expected[]>({ file: 'expected-reports.py' }, path);
  const curves = await curvesIn(
    path,
    expected.map(({ diaObjectId }) => diaObjectId),
  );
  const reportIn = (diaObjectId: string, dialect: typeof settings): AtReport => {
    const { curve, missing } = curves.get(BigInt(diaObjectId)) ?? {};
    assert.ok(curve, `${diaObjectId}: ${missing}`);
    return reportOf(discoveryOf(curve, dialect, bands), dialect);
  };

  test('equal, field by field, the results of Python and ERFA', () => {
    assert.equal(expected.length, 43);
    for (const { diaObjectId, ra, dec, photometry } of expected) {
      assert.ok(photometry, diaObjectId);
      const {
        photometry: written,
        ra: writtenRa,
        dec: writtenDec,
        discovery_datetime,
        ...rest
      } = reportIn(diaObjectId, settings);
      assert.ok(Math.abs(Number((writtenRa as Written).value) - ra) < 1e-7, diaObjectId);
      assert.ok(Math.abs(Number((writtenDec as Written).value) - dec) < 1e-7, diaObjectId);
      assert.ok(Math.abs(mjdOf(String(discovery_datetime)) - (photometry[0]?.obsdate ?? 0)) <= 1e-5, diaObjectId);
      assert.deepEqual(rest, {
        reporting_group_id: '111',
        discovery_data_source_id: '165',
        reporter: REPORTER,
        at_type: '1',
        internal_name: `LSST-AP-DO-${diaObjectId}`,
        internal_ids: { diaObjectId },
        non_detection: { archiveid: '2' },
      });
      const points = (written as { photometry_group: Record<string, Written> }).photometry_group;
      const names = { unit: 'flux_units', filter: 'filter_value', instrument: 'instrument_value' };
      assertPoints(points, photometry, names);
    }
    // Its first source is fainter than the template: not a discovery.
    const second = expected.find(({ diaObjectId }) => diaObjectId === '169355602839470932');
    assert.ok((second?.photometry?.[0]?.obsdate ?? 0) > 61_034);
  });

  test('say the same as the team’s script spells it: the old names, the points below photometry itself', () => {
    for (const { diaObjectId } of expected) {
      const { photometry, ...rest } = reportIn(diaObjectId, settings);
      const { photometry_group: points } = photometry as { photometry_group: Record<string, Written> };
      assert.deepEqual(reportIn(diaObjectId, team), { ...rest, photometry: points });
    }
  });

  test('say the same under the names of TNS2.0', () => {
    for (const { diaObjectId, photometry } of expected) {
      const old = reportIn(diaObjectId, settings);
      const { reporting_groupid, data_source_groupid, photometry: points, ...rest } = reportIn(diaObjectId, tns2);
      assert.deepEqual([reporting_groupid, data_source_groupid], ['111', '165']);
      const { reporting_group_id: _, discovery_data_source_id: __, photometry: ___, ...oldRest } = old;
      assert.deepEqual(rest, oldRest);
      const names = { unit: 'flux_unitid', filter: 'filterid', instrument: 'instrumentid' };
      assertPoints(points as Record<string, Written>, photometry ?? [], names);
    }
  });

  test('do not lean on the order of the list: an alert with the newest source first', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-tns-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const alert = readFileSync(new URL('lasair-313637921267122191.json', REAL), 'utf8');
    const batch = join(folder, 'batch.json');
    writeFileSync(batch, `[{"diaObjectId": 313637921267122191, "alert": ${alert}}]`);
    const [found] = askErfa<Expected[]>({ file: 'expected-reports.py' }, batch);
    const curve = (await curvesIn(batch, ['313637921267122191'])).get(313637921267122191n)?.curve as LightCurve;
    const report = reportOf(discoveryOf(curve, settings, bands), settings);
    const first = found?.photometry?.[0];
    assert.ok(first && Math.abs(first.obsdate - 60_975.153) < 1e-3, 'the oldest source, which is the last in the list');
    assert.ok(Math.abs(mjdOf(String(report.discovery_datetime)) - first.obsdate) <= 1e-5);
  });
});
