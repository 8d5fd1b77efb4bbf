import { open } from 'node:fs/promises';
import { messageOf } from '@lvra/core';
import { CsvScanner, NotCsv } from '@lvra/model';
import type { Cell, Column, Rows } from '../table.js';
import { STEM } from './columns.js';
import { CELL_OF, FeatureColumns } from './feature-columns.js';
import { isOfFile, type StemFile } from './files-of-stems.js';

/** The stem, and every other column that any of some feature files has: no reader takes two of one name. */
export async function columnsOf(files: readonly StemFile[]): Promise<Column[]> {
  const found = new FeatureColumns();
  for (const { path } of files) {
    await readCsv(path, async (names, scanner) => {
      const unknown = found.addHeader(names);
      if (unknown.length === 0) return;
      while (await scanner.advance()) for (const at of unknown) found.addCell(names[at] as string, scanner.text(at));
    });
  }
  return [STEM, ...found.columns.filter(({ name }) => name !== STEM.name)];
}

/** Whether a row of a file with these columns is wanted. */
type Choice = (names: readonly string[], scanner: CsvScanner) => boolean;

/** The rows of a feature file. @param unreadable takes what is wrong with it: then there are the rows before */
export async function rowsOf(
  { stem, path }: StemFile,
  columns: readonly Column[],
  unreadable: string[],
  isWanted: Choice = () => true,
): Promise<Rows> {
  const cells: Cell[][] = columns.map(() => []);
  let count = 0;
  let odd: string | undefined;
  const fault = await readCsv(path, async (names, scanner) => {
    const places = columns.map(({ name }) => names.indexOf(name));
    while (scanner.next() || (await scanner.advance())) {
      if (scanner.cells !== names.length) {
        throw new NotCsv(`row ${scanner.row} has ${scanner.cells} cells where the header has ${names.length}`);
      }
      if (!isWanted(names, scanner)) continue;
      for (const [at, { name, type }] of columns.entries()) {
        const place = places[at] as number;
        const text = place === -1 ? '' : type === 'text' ? scanner.name(place) : scanner.text(place);
        const cell = CELL_OF[type](text);
        if (cell === undefined) odd ??= `${name} of row ${scanner.row} is ${JSON.stringify(text.slice(0, 40))}`;
        cells[at]!.push(cell ?? null);
      }
      cells[0]![count++] = stem;
    }
  });
  if (fault !== undefined) unreadable.push(`${path} cannot be read: ${fault}`);
  if (odd !== undefined) unreadable.push(`${path}: ${odd}, which is left out`);
  // A row that is cut has only some of its cells.
  return { count, columns: cells.map((column) => column.slice(0, count)) };
}

/** Has a file's rows read, behind its header. @returns why they cannot be, or not all of them; undefined if they were */
async function readCsv(
  path: string,
  read: (names: readonly string[], scanner: CsvScanner) => Promise<void>,
): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const scanner = new CsvScanner(async (target) => (await file.read(target)).bytesRead);
      if (!(await scanner.advance())) throw new NotCsv('it is empty, without even a header');
      await read(
        Array.from({ length: scanner.cells }, (_, cell) => scanner.name(cell)),
        scanner,
      );
      return undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof NotCsv) && !isOfFile(error)) throw error;
    return messageOf(error);
  }
}
