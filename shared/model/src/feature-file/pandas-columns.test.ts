import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { runImportPython } from '../testing/import-command.js';
import { readFeatureFile } from './feature-file.js';

const WRITER = new URL('../../src/testing/pandas_numbers.py', import.meta.url).pathname;

describe('a feature file with numbers as pandas reads them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-pandas-'));
  after(() => rmSync(folder, { recursive: true }));
  const csv = join(folder, 'features.csv');

  const read = async (cells: string[], numbers?: 'exact' | 'pandas') => {
    writeFileSync(csv, `diaObjectId,diaSourceId,x\n${cells.map((cell) => `7,8,${cell}\n`).join('')}`);
    return readFeatureFile(csv, { features: ['x'], input: 'double', numbers });
  };

  test('400,000 texts of every kind, in columns of every kind, give the doubles that pandas 2.3 gives, to the bit', async () => {
    const file = join(folder, 'values');
    await runImportPython(WRITER, csv, file);
    const bytes = readFileSync(file);
    const wanted = new Float64Array(new Uint8Array(bytes).buffer);
    const [header = '', ...lines] = readFileSync(csv, 'latin1').trimEnd().split('\n');
    const features = header.split(',').slice(2);
    assert.ok(wanted.length >= 400_000);
    const of = async (numbers: 'exact' | 'pandas') => {
      const { values, rows } = await readFeatureFile(csv, { features, input: 'double', numbers });
      return features.flatMap((feature, column) =>
        Array.from({ length: rows }, (_, row) => {
          const given = values[row * features.length + column] as number;
          const right = Object.is(given, wanted[column * rows + row]);
          return right ? [] : [`${feature}: ${lines[row]?.split(',')[column + 2]} is read as ${given}`];
        }).flat(),
      );
    };
    assert.deepEqual((await of('pandas')).slice(0, 10), []);
    assert.ok((await of('exact')).length > 50_000, 'texts that are hard to read');
  });

  test('what pandas leaves as text is not read, and only then', async () => {
    const { values, unreadable } = await read(
      ['SN', ' ', '1_000', '0x1F', '--1', '1e', '.', '1;2', 'none', '2.5'],
      'pandas',
    );
    assert.deepEqual([...unreadable.keys()], [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert.equal(values[9], 2.5);
    assert.equal(unreadable.get(0), 'x is "SN", not a number, True, False or empty');
  });

  test('a model without the word for it gets the nearest doubles', async () => {
    const cells = ['0.015396560231296453', '12345678901234567', '0.5'];
    assert.deepEqual([...(await read(cells)).values], cells.map(Number));
    assert.deepEqual([...(await read(cells, 'exact')).values], cells.map(Number));
    assert.notDeepEqual([...(await read(cells, 'pandas')).values], cells.map(Number));
  });
});
