import type { Rows, Table } from '../table.js';
import { cellWriter, isMissing } from './cell-text.js';
import { VOTABLE_END, votableHeader, xmlText } from './votable-header.js';

/** VOTable 1.4, serialised as TABLEDATA. A missing cell is empty, which since 1.3 is allowed in columns of every type. */
export async function* votableOf(table: Table): AsyncIterable<Uint8Array> {
  yield Buffer.from(`${votableHeader(table)}<DATA>\n<TABLEDATA>\n`);
  const writers = table.columns.map((column) =>
    cellWriter(column, { id: (digits) => digits, text: xmlText, infinity: { plus: '+Inf', minus: '-Inf' } }),
  );
  for await (const rows of table.rows()) yield Buffer.from(linesOf(rows, writers));
  yield Buffer.from(`</TABLEDATA>\n</DATA>\n${VOTABLE_END}`);
}

function linesOf(rows: Rows, writers: readonly ReturnType<typeof cellWriter>[]): string {
  let lines = '';
  for (let row = 0; row < rows.count; row++) {
    lines += '<TR>';
    for (let column = 0; column < writers.length; column++) {
      const cell = rows.columns[column]![row]!;
      lines += isMissing(cell) ? '<TD/>' : `<TD>${writers[column]!(cell)}</TD>`;
    }
    lines += '</TR>\n';
  }
  return lines;
}
