import type { Rows, Table } from '../table.js';
import { cellWriter, isMissing } from './cell-text.js';

/**
 * RFC 4180 in UTF-8, with a header line. A missing cell is empty, and an empty text is `""`. Texts are left as they are: this
 * is for programs. A spreadsheet would take some for formulas, and would round every ID.
 */
export async function* csvOf(table: Table): AsyncIterable<Uint8Array> {
  yield Buffer.from(`${table.columns.map((column) => quoted(column.name)).join(',')}\r\n`);
  const writers = table.columns.map((column) =>
    cellWriter(column, { id: (digits) => digits, text: quoted, infinity: { plus: 'inf', minus: '-inf' } }),
  );
  for await (const rows of table.rows()) yield Buffer.from(linesOf(rows, writers));
}

function linesOf(rows: Rows, writers: readonly ReturnType<typeof cellWriter>[]): string {
  let lines = '';
  for (let row = 0; row < rows.count; row++) {
    for (let column = 0; column < writers.length; column++) {
      const cell = rows.columns[column]![row]!;
      if (column > 0) lines += ',';
      if (!isMissing(cell)) lines += writers[column]!(cell);
    }
    lines += '\r\n';
  }
  return lines;
}

function quoted(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
