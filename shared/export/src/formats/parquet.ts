import { type BasicType, ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { Cell, Column, ColumnType, Table } from '../table.js';
import { isMissing } from './cell-text.js';
import { VOTABLE_END, votableHeader } from './votable-header.js';

/** Cells of a row group: enough to be packed well, few enough to be held in memory. */
const GROUP_CELLS = 100_000;
/** Of a table with many columns: what the file says of each row group is held in memory too, and read before the first row. */
const LEAST_GROUP_ROWS = 2_500;

const TYPES: Readonly<Record<ColumnType, BasicType>> = {
  int64: 'INT64',
  int32: 'INT32',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  text: 'STRING',
};

/**
 * Parquet, compressed with Snappy. Every column may have missing cells. Units and descriptions are in the file's metadata as
 * VOParquet has them: the header of a VOTable, which TOPCAT and astropy read (https://www.ivoa.net/documents/Notes/voparquet).
 */
export async function* parquetOf(table: Table): AsyncIterable<Uint8Array> {
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: table.columns.map((column) => sourceOf(column, [])) }),
    createdBy: 'LVRA Stream',
    // They would serve to pass over row groups, and rows are in no order that anybody asks for.
    statistics: false,
    kvMetadata: [
      { key: 'IVOA.VOTable-Parquet.version', value: '1.0' },
      { key: 'IVOA.VOTable-Parquet.content', value: votableHeader(table) + VOTABLE_END },
    ],
  });
  for await (const group of groupsOf(table)) {
    await file.write({ columnData: group, rowGroupSize: group[0]!.data.length });
    yield taken(writer);
  }
  await file.finish();
  yield taken(writer);
}

/** The table's rows again, in row groups. */
async function* groupsOf(table: Table): AsyncIterable<ColumnSource[]> {
  const size = Math.max(LEAST_GROUP_ROWS, Math.ceil(GROUP_CELLS / table.columns.length));
  let cells: Cell[][] = table.columns.map(() => []);
  for await (const rows of table.rows()) {
    for (let row = 0; row < rows.count; row++) {
      for (let column = 0; column < cells.length; column++) {
        const cell = rows.columns[column]![row]!;
        cells[column]!.push(isMissing(cell) ? null : cell);
      }
      if (cells[0]!.length < size) continue;
      yield table.columns.map((column, index) => sourceOf(column, cells[index]!));
      cells = table.columns.map(() => []);
    }
  }
  if (cells[0]!.length > 0) yield table.columns.map((column, index) => sourceOf(column, cells[index]!));
}

/** Doubles without a dictionary: the library's takes -0 and 0 for one value. */
function sourceOf({ name, type }: Column, data: Cell[]): ColumnSource {
  return { name, data, type: TYPES[type], nullable: true, ...(type === 'double' && { encoding: 'PLAIN' }) };
}

/** The bytes written so far, of which the writer then keeps none. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}
