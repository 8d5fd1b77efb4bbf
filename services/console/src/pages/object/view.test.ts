import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { view } from '../../plot/light-curve/testing/points.js';
import { bandsWith, OBJECT_PARAMS, viewOf } from './view.js';

const of = (query: Record<string, string>) => viewOf(OBJECT_PARAMS.parse({ id: '1', ...query }));

describe('the address of a light curve', () => {
  test('says nothing of what is usual, and an empty field of the form is nothing', () => {
    assert.deepEqual(of({}), view());
    assert.deepEqual(of({ snr: '', from: '', to: '', bands: '', unit: '' }), view());
  });

  test('says all that can be chosen', () => {
    assert.deepEqual(
      of({
        ...{ unit: 'mag', measure: 'science', forced: '0', snr: '5', bands: 'gri' },
        ...{ from: '61020.5', to: '61080', nights: '1', errors: '0' },
      }),
      {
        ...{ unit: 'mag', measure: 'science', isForcedShown: false, snr: 5, bands: ['g', 'r', 'i'] },
        ...{ from: 61020.5, to: 61080, isNightly: true, hasErrors: false },
      },
    );
    assert.deepEqual(of({ bands: 'none' }).bands, []);
  });

  test('is refused with anything else', () => {
    for (const wrong of [
      ...[{ unit: 'jy' }, { measure: 'x' }, { snr: '0' }, { snr: '11' }, { bands: 'gx' }, { forced: 'yes' }],
      ...[{ bands: 'gg' }, { from: '61080', to: '61020' }, { from: '61020', to: '61020' }],
      ...[{ from: 'now' }, { id: '1e3' }, { id: '-1' }, { id: '99999999999999999999' }],
    ]) {
      assert.equal(OBJECT_PARAMS.safeParse({ id: '1', ...wrong }).success, false, JSON.stringify(wrong));
    }
  });

  test('shows or hides one band more', () => {
    assert.equal(bandsWith(view(), 'g'), 'urizy');
    assert.equal(bandsWith(view({ bands: ['u', 'r', 'i', 'z', 'y'] }), 'g'), undefined);
    assert.equal(bandsWith(view({ bands: ['r'] }), 'g'), 'gr');
    assert.equal(bandsWith(view({ bands: ['r'] }), 'r'), 'none');
    assert.equal(bandsWith(view({ bands: [] }), 'r'), 'r');
  });
});
