import type { Rows, Table } from '../table.js';
import { cellWriter, isMissing } from './cell-text.js';

/**
 * An object a line, with every column in each. IDs are strings, as in the console's API: JavaScript and what it is built into
 * would round them as numbers. A missing cell is null, and so is an infinite number, for which JSON has no word.
 */
export async function* linesOfJson(table: Table): AsyncIterable<Uint8Array> {
  const writers = table.columns.map((column) =>
    cellWriter(column, { id: (digits) => `"${digits}"`, text: jsonOf, infinity: { plus: 'null', minus: 'null' } }),
  );
  const names = table.columns.map((column, index) => `${index === 0 ? '{' : ','}${jsonOf(column.name)}:`);
  for await (const rows of table.rows()) yield Buffer.from(linesOf(rows, names, writers));
}

function linesOf(rows: Rows, names: readonly string[], writers: readonly ReturnType<typeof cellWriter>[]): string {
  let lines = '';
  for (let row = 0; row < rows.count; row++) {
    for (let column = 0; column < writers.length; column++) {
      const cell = rows.columns[column]![row]!;
      lines += names[column];
      lines += isMissing(cell) ? 'null' : writers[column]!(cell);
    }
    lines += '}\n';
  }
  return lines;
}

/** Half of a surrogate pair is no character, and most programs would refuse the whole file for one. */
function jsonOf(text: string): string {
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}
