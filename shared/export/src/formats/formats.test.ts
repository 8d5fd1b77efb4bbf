import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell, Column, ColumnType, Table } from '../table.js';
import { FORMATS, type FormatName } from './format.js';

function tableOf(cells: readonly (readonly [name: string, type: ColumnType, ...cells: Cell[]])[]): Table {
  const columns = cells.map(
    ([name, type]): Column => ({ name, type, unit: name === 'flux' ? 'nJy' : null, ucd: null, description: 'A & B' }),
  );
  return {
    name: 'made',
    description: 'Cells of a test.',
    columns,
    async *rows() {
      yield { count: cells[0]!.length - 2, columns: cells.map((column) => column.slice(2) as Cell[]) };
    },
  };
}

async function written(format: FormatName, table: Table): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const bytes of FORMATS[format].bytesOf(table)) pieces.push(bytes);
  return Buffer.concat(pieces).toString();
}

const CELLS = tableOf([
  ['id', 'int64', 9223372036854775807n, null, -1n],
  ['flux', 'double', -0, 3, Number.NaN],
  ['kept', 'boolean', true, false, null],
  ['text', 'text', '', null, 'a "b",\nc'],
]);

test('CSV keeps IDs whole, tells doubles from integers, and an empty text from a missing one', async () => {
  assert.equal(
    await written('csv', CELLS),
    'id,flux,kept,text\r\n9223372036854775807,-0.0,true,""\r\n,3.0,false,\r\n-1,,,"a ""b"",\nc"\r\n',
  );
});

test('a line of JSON has every column, IDs as strings', async () => {
  assert.deepEqual((await written('ndjson', CELLS)).split('\n'), [
    '{"id":"9223372036854775807","flux":-0.0,"kept":true,"text":""}',
    '{"id":null,"flux":3.0,"kept":false,"text":null}',
    '{"id":"-1","flux":null,"kept":null,"text":"a \\"b\\",\\nc"}',
    '',
  ]);
});

test('VOTable names types and units, and writes what XML reserves as references', async () => {
  const text = await written('votable', CELLS);
  assert.match(text, /<FIELD name="id" datatype="long"><DESCRIPTION>A &amp; B<\/DESCRIPTION><\/FIELD>/);
  assert.match(text, /<FIELD name="flux" datatype="double" unit="nJy">/);
  assert.match(text, /<TR><TD>-1<\/TD><TD\/><TD\/><TD>a &quot;b&quot;,&#10;c<\/TD><\/TR>/);
});

test('what is no character is U+FFFD, and all others are kept', async () => {
  const table = tableOf([['text', 'text', 'half \ud83d', 'bell \u0007', 'nova 🌟 é']]);
  assert.equal(await written('csv', table), 'text\r\nhalf \ufffd\r\nbell \u0007\r\nnova 🌟 é\r\n');
  assert.equal(
    await written('ndjson', table),
    '{"text":"half \ufffd"}\n{"text":"bell \\u0007"}\n{"text":"nova 🌟 é"}\n',
  );
  assert.match(await written('votable', table), /half \ufffd<.*bell \ufffd<.*nova 🌟 é</s);
});

test('infinite numbers are written as each format has them, and as null in JSON, which has none', async () => {
  const table = tableOf([['flux', 'double', Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]]);
  assert.equal(await written('csv', table), 'flux\r\ninf\r\n-inf\r\n');
  assert.equal(await written('ndjson', table), '{"flux":null}\n{"flux":null}\n');
  assert.match(await written('votable', table), /<TD>\+Inf<.*<TD>-Inf</s);
});

for (const format of ['parquet', 'csv', 'votable', 'ndjson'] as const) {
  test(`${format} refuses a number where an ID belongs`, async () => {
    await assert.rejects(
      written(format, tableOf([['diaObjectId', 'int64', 170046091000545380]])),
      /diaObjectId|bigint/,
    );
  });
}
