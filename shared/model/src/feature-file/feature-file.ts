import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, STATUS, StemFailed } from '@lvra/core';
import { CsvScanner, NotCsv } from './csv-scanner.js';
import { type FeatureTable, type Inputs, idIn, TableBuilder } from './table-builder.js';

const OBJECT = 'diaObjectId';
const SOURCE = 'diaSourceId';
const POSITION = 'index';
/** The object that the row's source names; `diaObjectId` is the one that the alert names. */
const OBJECT_OF_SOURCE = 'diaObjectId_sourceId';

/**
 * Reads what a model needs from a feature file, ours or one written by pandas; columns are found by name. A file
 * without rows is a table without rows, whatever its columns.
 *
 * @param inputs a manifest: the features in the model's order, and how their numbers are read
 * @throws StemFailed 21 if there is no file, 31 if it lacks columns, 23 if it is not a table or has no ids, 30 if a row
 *   names two objects
 */
export async function readFeatureFile(path: string, inputs: Inputs): Promise<FeatureTable> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    return await readTable(file, path, inputs);
  } catch (error) {
    throw outcomeOf(error, path);
  } finally {
    await file?.close();
  }
}

function outcomeOf(error: unknown, path: string): StemFailed {
  if (error instanceof StemFailed) return error;
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const message = missing ? `there is no feature file ${path}` : `${path} cannot be read: ${messageOf(error)}`;
  const status = missing ? STATUS.inputNotFound : STATUS.unexpectedInputType;
  return new StemFailed(status, `${message}; ${makeAgain(path)}`, { cause: error });
}

/** What to do if a stem's feature file cannot be used. */
export function makeAgain(path: string): string {
  const stem = basename(path, '.csv');
  return `let the feature stage make it again: \`lvra retry ${stem} --stage feature --force\`, then \`lvra retry ${stem}\``;
}

async function readTable(file: FileHandle, path: string, inputs: Inputs): Promise<FeatureTable> {
  const scanner = new CsvScanner(async (target) => (await file.read(target)).bytesRead);
  if (!(await scanner.advance())) throw new NotCsv('it is empty, without even a header');
  const header = Array.from({ length: scanner.cells }, (_, cell) => scanner.name(cell));
  const table = new TableBuilder(inputs);
  if (await scanner.advance()) {
    const cells = cellsOf([OBJECT, SOURCE, ...inputs.features], header, path);
    const [position, ofSource] = [header.indexOf(POSITION), header.indexOf(OBJECT_OF_SOURCE)];
    do {
      table.append(scanner, header, cells, position);
      if (ofSource !== -1) assertOneObject(scanner, cells[0] as number, ofSource, header, path);
    } while (scanner.next() || (await scanner.advance()));
  }
  return table.build();
}

/** The position of each of the columns in the header. */
function cellsOf(columns: readonly string[], header: readonly string[], path: string): number[] {
  const missing = [...new Set(columns)].filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new StemFailed(
      STATUS.columnsMissing,
      `${path} lacks ${missing.length} of the model's columns: ${missing.join(', ')}`,
    );
  }
  for (const column of columns) {
    if (header.indexOf(column) !== header.lastIndexOf(column)) throw new NotCsv(`it has two columns ${column}`);
  }
  return columns.map((column) => header.indexOf(column));
}

/**
 * A row that names two objects would send one object's score for another: until 2026-02-10 the Python feature maker
 * wrote the same diaObjectId in every row of a file.
 */
function assertOneObject(
  scanner: CsvScanner,
  object: number,
  ofSource: number,
  header: readonly string[],
  path: string,
): void {
  if (isSame(scanner, object, ofSource) || scanner.start(ofSource) === scanner.end(ofSource)) return;
  throw new StemFailed(
    STATUS.keyMissing,
    `${path} has the wrong ids: row ${scanner.row} is of the object ${idIn(scanner, object, header)}, its source of ` +
      `${idIn(scanner, ofSource, header)} (${OBJECT_OF_SOURCE}); nothing of the file is scored; ${makeAgain(path)}`,
  );
}

/** Whether two cells have the same bytes. */
function isSame(scanner: CsvScanner, one: number, other: number): boolean {
  const { bytes } = scanner;
  const from = scanner.start(one);
  const length = scanner.end(one) - from;
  const otherFrom = scanner.start(other);
  if (scanner.end(other) - otherFrom !== length) return false;
  for (let at = 0; at < length; at += 1) if (bytes[from + at] !== bytes[otherFrom + at]) return false;
  return true;
}
