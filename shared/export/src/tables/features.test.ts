import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nightNamed } from '@lvra/operations';
import { PastNights, rowsIn } from '../testing/past-nights.js';
import { features } from './features.js';

const FIRST = '20260310_041502';
const SECOND = '20260310_041503';
const NIGHT = { night: nightNamed('20260310'), vra: undefined };

/** A night whose stems have these feature files. */
async function nightOf(t: Parameters<typeof PastNights.empty>[0], files: Readonly<Record<string, string>>) {
  const nights = await PastNights.empty(t);
  const { paths } = nights.source;
  for (const [stem, text] of Object.entries(files)) {
    await nights.addStem(stem);
    nights.write(paths.features(stem), text);
  }
  return await features(nights.source, NIGHT);
}

describe('the features of a night', () => {
  test('have every column of every file, and are missing where a file lacks it', async (t) => {
    const table = await nightOf(t, {
      [FIRST]: 'diaObjectId,diaSourceId,snr,isDipole\n313637921267122191,170046091000545381,0.1,True\n',
      [SECOND]: 'diaSourceId,diaObjectId,band\r\n170046091000545383,313637921267122193,"g"\r\n\r\n',
    });
    assert.deepEqual(
      table.columns.map(({ name, type }) => [name, type]),
      [
        ['stem', 'text'],
        ['diaObjectId', 'int64'],
        ['diaSourceId', 'int64'],
        ['snr', 'double'],
        ['isDipole', 'boolean'],
        ['band', 'text'],
      ],
    );
    assert.deepEqual(await rowsIn(table), [
      [FIRST, 313637921267122191n, 170046091000545381n, 0.1, true, null],
      [SECOND, 313637921267122193n, 170046091000545383n, null, null, 'g'],
    ]);
    assert.deepEqual([table.gone, table.unreadable], [[], []]);
  });

  test('have one column stem, where the file has one too', async (t) => {
    const table = await nightOf(t, { [FIRST]: 'diaSourceId,stem\n170046091000545381,another\n' });
    assert.deepEqual(
      table.columns.map(({ name }) => name),
      ['stem', 'diaSourceId'],
    );
    assert.deepEqual(await rowsIn(table), [[FIRST, 170046091000545381n]]);
  });

  test("of a team's own set are what all cells of the night are", async (t) => {
    const table = await nightOf(t, {
      [FIRST]: 'colour,fold,hasHost,neighbour,note,allMissing\n1,2.5,True,17,ok,\n',
      [SECOND]: 'colour,fold,hasHost,neighbour,note\n,inf,,9007199254740993,é\n-0.5,1e-310,False,,3\n',
    });
    assert.deepEqual(
      table.columns.slice(1).map(({ name, type }) => [name, type]),
      [
        ['colour', 'double'],
        ['fold', 'double'],
        ['hasHost', 'boolean'],
        ['neighbour', 'int64'],
        ['note', 'text'],
        ['allMissing', 'double'],
      ],
    );
    assert.deepEqual(await rowsIn(table), [
      [FIRST, 1, 2.5, true, 17n, 'ok', null],
      [SECOND, null, Infinity, null, 9007199254740993n, 'é', null],
      [SECOND, -0.5, 1e-310, false, null, '3', null],
    ]);
  });

  test('say what is not of its column’s kind, and where a file ends too early, and have the rest', async (t) => {
    const table = await nightOf(t, {
      [FIRST]: 'diaSourceId,snr,isDipole\n170046091000545381,high,maybe\n170046091000545382,5,1\n',
      [SECOND]:
        'diaSourceId,snr,isDipole\n170046091000545383,6,False\n170046091000545384,7\n170046091000545385,8,True\n',
    });
    assert.deepEqual(await rowsIn(table), [
      [FIRST, 170046091000545381n, null, null],
      [FIRST, 170046091000545382n, 5, true],
      [SECOND, 170046091000545383n, 6, false],
    ]);
    const [kind, end, ...others] = table.unreadable;
    assert.match(kind ?? '', new RegExp(`${FIRST}.csv: snr of row 2 is "high", which is left out$`));
    assert.match(end ?? '', new RegExp(`${SECOND}.csv cannot be read: row 3 has 2 cells where the header has 3$`));
    assert.deepEqual(others, []);
  });
});
