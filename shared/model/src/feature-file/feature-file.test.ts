import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { StemFailed } from '@lvra/core';
import { LONGEST_ROW } from './csv-scanner.js';
import { readFeatureFile } from './feature-file.js';

const HEADER = 'index,diaObjectId,diaSourceId,band,snr,isNegative\n';

describe('readFeatureFile', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lvra-feature-file-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const read = (content: string | Buffer, features = ['snr']) => {
    const path = join(folder, 'features.csv');
    writeFileSync(path, content);
    return readFeatureFile(path, { features, input: 'double' });
  };
  const values = async (cells: string[]) => {
    const { values } = await read(HEADER + cells.map((cell) => `0,7,8,g,${cell},False\n`).join(''));
    return [...values];
  };
  const failsWith = (reading: Promise<unknown>, status: number, message: RegExp) =>
    assert.rejects(reading, (error: unknown) => {
      assert.ok(error instanceof StemFailed, String(error));
      assert.equal(error.status, status);
      assert.match(error.message, message);
      return true;
    });

  test('gives the ids to the last digit and the features in the order of the model', async () => {
    const table = await read(
      `${HEADER}1,169355602839470932,169782193870602701,g,5.5,True\n2,9223372036854775807,1,r,6,False\n`,
      ['isNegative', 'snr'],
    );
    assert.deepEqual(table.diaObjectIds, [169355602839470932n, 9223372036854775807n]);
    assert.deepEqual(table.diaSourceIds, [169782193870602701n, 1n]);
    assert.deepEqual(table.values, new Float64Array([1, 5.5, 0, 6]));
    assert.equal(table.rows, 2);
  });

  test('reads every way in which Python writes a number, a boolean and a missing value', async () => {
    const cells = ['12', '12.0', '-3', '2.5561900000000003e-05', '1E5', '.5', '5.', '+1', '-0.0', '61034.15301161198'];
    assert.deepEqual(await values(cells), [12, 12, -3, 2.5561900000000003e-5, 1e5, 0.5, 5, 1, -0, 61034.15301161198]);
    assert.deepEqual(await values(['True', 'False', 'TRUE', 'false']), [1, 0, 1, 0]);
    assert.deepEqual(await values(['', '""', 'nan', 'NaN']), [Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    assert.deepEqual(await values(['inf', '-inf']), [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });

  test('names the rows with text in a feature of the model, reads the others, and leaves other columns alone', async () => {
    for (const text of ['SN', '0x1F', '1_000', 'Infinity', ' ', '1;2', '--1', '1e', 'None']) {
      const { values, unreadable } = await read(`${HEADER}4,7,8,g,1,False\n7,7,9,g,${text},False\n9,7,10,g,2,False\n`);
      assert.deepEqual([...unreadable], [[1, `snr is "${text}", not a number, True, False or empty`]]);
      assert.deepEqual([values[0], values[2]], [1, 2]);
    }
    assert.deepEqual((await read(`${HEADER}4,7,8,g,1,False\n,7,9,g,1,False\nx,7,9,g,1,False\n`)).positions, [
      4,
      undefined,
      undefined,
    ]);
    assert.equal((await read(`${HEADER}0,7,8,UNCLEAR,1,False\n`)).rows, 1);
  });

  test('refuses an id that is not plain digits', async () => {
    for (const id of ['1.69e17', '169355602839470932.0', '-1', '', '0', '9223372036854775808']) {
      await failsWith(read(`${HEADER}0,${id},8,g,1,False\n`), 23, /row 2, column diaObjectId is ".*plain digits/);
    }
  });

  test('refuses, with 30, a row whose source names another object than the row', async () => {
    const two = 'diaObjectId,diaSourceId,diaObjectId_sourceId,snr\n';
    const wrong = read(`${two}169355602839470932,8,169355602839470932,1\n169355602839470932,9,169355602839470933,1\n`);
    await failsWith(wrong, 30, /row 3 is of the object 169355602839470932, its source of 169355602839470933/);
    await failsWith(
      read(`${two}169355602839470932,8,1.69355602839470932e17,1\n`),
      23,
      /column diaObjectId_sourceId is "1.69/,
    );
    const right = await read(`${two}169355602839470932,8,169355602839470932,1\n7,9,"7",2\n7,10,,3\n`);
    assert.deepEqual([...right.values], [1, 2, 3]);
  });

  test('gives floats if the model takes floats', async () => {
    const path = join(folder, 'floats.csv');
    writeFileSync(path, `${HEADER}0,7,8,g,61034.15301161198,False\n`);
    const { values } = await readFeatureFile(path, { features: ['snr'], input: 'float' });
    assert.deepEqual(values, new Float32Array([61034.15301161198]));
  });

  test('understands quotes: commas, quotes and line breaks inside, and quoted numbers', async () => {
    const table = await read(
      '"index","diaObjectId","diaSourceId","a ""note"", quoted","snr"\r\n"0","7","8","3","1.5"\r\n1,9,10,"4",2\r\n',
      ['snr', 'a "note", quoted'],
    );
    assert.deepEqual(table.diaObjectIds, [7n, 9n]);
    assert.deepEqual([...table.values], [1.5, 3, 2, 4]);
    const noted = `${HEADER}"0","7","8","two\r\nlines, ""so""","1.5",""\r\n`;
    assert.deepEqual([...(await read(noted)).values], [1.5]);
    assert.match((await read(noted, ['band'])).unreadable.get(0) ?? '', /^band is "two\\r\\nlines, \\"so\\""/);
  });

  test('takes names outside ASCII, a byte order mark, blank lines and a last line without an end', async () => {
    const table = await read('\ufeffdiaObjectId,diaSourceId,χ²\n\n7,8,1\n\r\n9,10,2', ['χ²']);
    assert.deepEqual([...table.values], [1, 2]);
  });

  test('takes a byte order mark for the file, not for a name that begins with its character', async () => {
    for (const mark of ['', '\ufeff']) {
      const table = await read(`${mark}diaObjectId,diaSourceId,\ufeffsnr,snr\n7,8,1,2\n`, ['snr']);
      assert.deepEqual([...table.values], [2]);
    }
  });

  test('reads more columns than are in use today', async () => {
    const names = Array.from({ length: 700 }, (_, column) => `c${column}`);
    const numbers = names.map((_, column) => column);
    const table = await read(`diaObjectId,diaSourceId,${names}\n7,8,${numbers}\n9,10,${numbers}\n`, ['c699', 'c0']);
    assert.deepEqual([...table.values], [699, 0, 699, 0]);
  });

  test('a file without rows is a table without rows, with any columns', async () => {
    for (const header of ['index\n', HEADER, 'a,b', '"index"\r\n\r\n']) {
      const table = await read(header);
      assert.deepEqual([table.rows, table.diaObjectIds.length, table.values.length], [0, 0, 0]);
    }
  });

  test('status 21 if there is no file', () =>
    failsWith(
      readFeatureFile(join(folder, 'none.csv'), { features: ['snr'], input: 'double' }),
      21,
      /no feature file .*none\.csv/,
    ));

  test('status 31 names every missing column', () =>
    failsWith(read('index,diaObjectId,snr\n0,7,1\n', ['snr', 'x', 'y']), 31, /lacks 3 .*diaSourceId, x, y/));

  test('status 23 if the file is no table', async () => {
    await failsWith(readFeatureFile(folder, { features: ['snr'], input: 'double' }), 23, /cannot be read/);
    await failsWith(read(''), 23, /empty/);
    await failsWith(read('\n\n'), 23, /empty/);
    await failsWith(read(`${HEADER}0,7,8,g,1\n`), 23, /row 2 has 5 cells where the header has 6/);
    await failsWith(read(`${HEADER}0,7,8,g,1,False\n0,7,8,g,1,False,\n`), 23, /row 3 has 7 cells/);
    await failsWith(read(`${HEADER}0,7,8,"g"x,1,False\n`), 23, /cell 4 of row 2 continues after its closing quote/);
    await failsWith(read(`${HEADER}0,7,8,"g,1,False\n`), 23, /row 2 has a quote that is not closed/);
    await failsWith(read(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x0a, 0x31, 0x0a])), 23, /not UTF-8/);
    await failsWith(read('diaObjectId,diaSourceId,snr,snr\n7,8,1,1\n'), 23, /two columns snr/);
    const endless = `${HEADER}0,7,8,"${'x'.repeat(LONGEST_ROW)}\n`;
    await failsWith(read(endless), 23, /row 2 is longer than \d+ bytes/);
  });

  test('rows survive wherever the end of the buffer cuts them', async () => {
    const rows = Array.from({ length: 90 }, (_, row) =>
      row % 2 === 0
        ? `${row},${row + 1},${row + 2},"a ""b"",\r\nc",${row}.5,True\r\n`
        : `${row},${row + 1},${row + 2},g,${row}.5,"True"\r\n`,
    ).join('');
    // The first row pushes the others over the end of the buffer, one byte further each time.
    const padding = LONGEST_ROW - HEADER.length - rows.length / 2;
    for (let shift = 0; shift < 80; shift += 1) {
      const first = `0,1,1,${'-'.repeat(padding + shift)},0.5,True\r\n`;
      const table = await read(HEADER + first + rows, ['snr', 'isNegative']);
      assert.equal(table.rows, 91);
      for (let row = 0; row < 90; row += 1) {
        assert.equal(table.diaSourceIds[row + 1], BigInt(row + 2));
        assert.equal(table.values[2 * row + 2], row + 0.5);
        assert.equal(table.values[2 * row + 3], 1);
      }
    }
  });
});
