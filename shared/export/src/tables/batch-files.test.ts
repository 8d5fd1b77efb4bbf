import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nightNamed } from '@lvra/operations';
import { PastNights, rowsIn } from '../testing/past-nights.js';
import { alerts } from './alerts.js';
import { lightCurves } from './light-curves.js';

const FIRST = '20260310_041502';
const SECOND = '20260310_041503';
const NIGHT = { night: nightNamed('20260310'), vra: undefined };
const OBJECT = 169760231708427201n;
/** The same number as a double. */
const NEIGHBOUR = OBJECT + 1n;

function message(id: bigint, times: readonly number[]): string {
  const sources = times.map(
    (mjd) =>
      `{"diaSourceId": 1700460910005${mjd}, "midpointMjdTai": ${mjd}, "psfFlux": 1000.5, "psfFluxErr": 10, "band": "r"}`,
  );
  return `{"diaObjectId": ${id}, "ra": 1.5, "decl": -2.5, "nDiaSources": "7", "alert": {"diaSourcesList": [${sources.join(',')}]}}`;
}

async function nightOf(t: Parameters<typeof PastNights.empty>[0], files: Readonly<Record<string, string>>) {
  const nights = await PastNights.empty(t);
  for (const stem of [FIRST, SECOND]) {
    await nights.addStem(stem);
    const text = files[stem];
    if (text !== undefined) nights.write(nights.source.paths.batch(stem), text);
  }
  return nights.source;
}

async function valuesIn(table: Awaited<ReturnType<typeof alerts>>, ...names: string[]) {
  const places = names.map((name) => table.columns.findIndex((column) => column.name === name));
  return (await rowsIn(table)).map((row) => places.map((at) => row[at]));
}

describe('what is read from batch files', () => {
  test('has each object once, by its newest alert of the night, and tells ids of one double apart', async (t) => {
    const source = await nightOf(t, {
      [FIRST]: `[${message(OBJECT, [61_000, 61_001])}, ${message(NEIGHBOUR, [61_005])}]`,
      [SECOND]: `[${message(OBJECT, [61_001, 61_002])}]`,
    });
    const table = await lightCurves(source, NIGHT);
    assert.deepEqual(await valuesIn(table, 'diaObjectId', 'midpointMjdTai', 'stem'), [
      [OBJECT, 61_001, SECOND],
      [OBJECT, 61_002, SECOND],
      [NEIGHBOUR, 61_005, FIRST],
    ]);
    assert.deepEqual(await valuesIn(table, 'diaObjectId', 'psfFlux'), [
      [OBJECT, 1000.5],
      [OBJECT, 1000.5],
      [NEIGHBOUR, 1000.5],
    ]);
  });

  test('has a row an alert, of those without a source too, and of what is no alert its place', async (t) => {
    const source = await nightOf(t, {
      [FIRST]: `[${message(OBJECT, [61_001, 61_000])}, {"diaObjectId": ${NEIGHBOUR}, "ra": 2.5}, {"diaObjectId": null}]`,
    });
    const table = await alerts(source, NIGHT);
    assert.deepEqual(
      await valuesIn(table, 'stem', 'position', 'diaObjectId', 'midpointMjdTai', 'objectRa', 'nDiaSources', 'sources'),
      [
        [FIRST, 0, OBJECT, 61_001, 1.5, 7, 2],
        [FIRST, 1, NEIGHBOUR, null, 2.5, null, null],
        [FIRST, 2, null, null, null, null, null],
      ],
    );
  });

  test('leaves out an id or a visit that has not all its digits', async (t) => {
    const exposure = (visit: string) => message(OBJECT, [61_000]).replace('"band"', `"visit": ${visit}, "band"`);
    for (const [visit, read] of [
      ['2026042200123', 2_026_042_200_123n],
      ['9007199254740993', 9_007_199_254_740_993n],
      ['1e21', null],
      ['1e30', null],
      ['12.5', null],
    ] as const) {
      const source = await nightOf(t, { [FIRST]: `[${exposure(visit)}]` });
      for (const make of [alerts, lightCurves]) {
        assert.deepEqual(await valuesIn(await make(source, NIGHT), 'visit'), [[read]], visit);
      }
    }
  });

  test('a file that is cut gives what is before the cut, and is named; one that is gone is known beforehand', async (t) => {
    const source = await nightOf(t, { [SECOND]: `[${message(OBJECT, [61_000])}, {"cut` });
    const why = new RegExp(`^[^ ]*${SECOND}.json cannot be read: .*is not a list of alerts`);
    for (const make of [alerts, lightCurves]) {
      const table = await make(source, NIGHT);
      assert.deepEqual(await valuesIn(table, 'diaObjectId'), [[OBJECT]]);
      assert.match(table.unreadable.join(), why);
      assert.deepEqual(table.gone, [FIRST]);
    }
  });
});
