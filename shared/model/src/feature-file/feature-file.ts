import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, parseId, STATUS, StemFailed } from '@lvra/core';
import { CsvScanner, NotCsv } from './csv-scanner.js';
import { parseSimpleNumber } from './parse-number.js';
import { featureValue } from './parse-value.js';

/** The type of the numbers that a model takes. */
export type Element = 'float' | 'double';

/** A feature file in the form for a model. */
export interface FeatureTable {
  readonly rows: number;
  readonly diaObjectIds: readonly bigint[];
  readonly diaSourceIds: readonly bigint[];
  /** The positions of the alerts in their batch, from 0; undefined if the file has none. */
  readonly positions: readonly (number | undefined)[];
  /** Row by row, each with the model's features in the model's order; NaN if missing. */
  readonly values: Float32Array | Float64Array;
  /** The rows with an unreadable value in a feature, by their number from 0, and what it is. */
  readonly unreadable: ReadonlyMap<number, string>;
}

const OBJECT = 'diaObjectId';
const SOURCE = 'diaSourceId';
const POSITION = 'index';
/** The object that the row's source names; `diaObjectId` is the one that the alert names. */
const OBJECT_OF_SOURCE = 'diaObjectId_sourceId';

/**
 * Reads what a model needs from a feature file, ours or one written by pandas; columns are found by name. A file
 * without rows is a table without rows, whatever its columns.
 *
 * @param features the model's features in its order
 * @throws StemFailed 21 if there is no file, 31 if it lacks columns, 23 if it is not a table or has no ids, 30 if a row
 *   names two objects
 */
export async function readFeatureFile(
  path: string,
  features: readonly string[],
  element: Element,
): Promise<FeatureTable> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    return await readTable(file, path, features, element);
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

async function readTable(file: FileHandle, path: string, features: readonly string[], element: Element) {
  const scanner = new CsvScanner(async (target) => (await file.read(target)).bytesRead);
  if (!(await scanner.advance())) throw new NotCsv('it is empty, without even a header');
  const header = Array.from({ length: scanner.cells }, (_, cell) => scanner.name(cell));
  const table = new TableBuilder(element);
  if (await scanner.advance()) {
    const cells = cellsOf([OBJECT, SOURCE, ...features], header, path);
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

/** Collects rows; their number is not known in advance. */
class TableBuilder {
  readonly #diaObjectIds: bigint[] = [];
  readonly #diaSourceIds: bigint[] = [];
  readonly #positions: (number | undefined)[] = [];
  readonly #unreadable = new Map<number, string>();
  #values: Float32Array | Float64Array;
  #used = 0;

  constructor(readonly element: Element) {
    this.#values = this.#room(0);
  }

  /**
   * @param cells the cells of diaObjectId, of diaSourceId and of each feature
   * @param position the cell of the position; -1 if there is none
   */
  append(scanner: CsvScanner, header: readonly string[], cells: readonly number[], position: number): void {
    const [object, source] = cells as [number, number, ...number[]];
    if (scanner.cells !== header.length) {
      throw new NotCsv(`row ${scanner.row} has ${scanner.cells} cells where the header has ${header.length}`);
    }
    this.#diaObjectIds.push(idIn(scanner, object, header));
    this.#diaSourceIds.push(idIn(scanner, source, header));
    this.#positions.push(position === -1 ? undefined : positionIn(scanner, position));
    if (this.#used + cells.length > this.#values.length) this.#grow(cells.length);
    const values = this.#values;
    let used = this.#used;
    for (let index = 2; index < cells.length; index += 1) {
      const cell = cells[index] as number;
      if (!parseSimpleNumber(scanner.bytes, scanner.start(cell), scanner.end(cell), values, used)) {
        values[used] = featureValue(scanner.text(cell)) ?? this.#noteUnreadable(scanner, cell, header);
      }
      used += 1;
    }
    this.#used = used;
  }

  build(): FeatureTable {
    return {
      rows: this.#diaObjectIds.length,
      diaObjectIds: this.#diaObjectIds,
      diaSourceIds: this.#diaSourceIds,
      positions: this.#positions,
      unreadable: this.#unreadable,
      values: this.#values.subarray(0, this.#used),
    };
  }

  /** @returns what to use for the value */
  #noteUnreadable(scanner: CsvScanner, cell: number, header: readonly string[]): number {
    const row = this.#diaObjectIds.length - 1;
    const what = `${header[cell]} is ${shown(scanner, cell)}, not a number, True, False or empty`;
    if (!this.#unreadable.has(row)) this.#unreadable.set(row, what);
    return Number.NaN;
  }

  #grow(row: number): void {
    const values = this.#room(Math.max(this.#values.length * 2, row * 1024));
    values.set(this.#values);
    this.#values = values;
  }

  #room(length: number): Float32Array | Float64Array {
    return this.element === 'float' ? new Float32Array(length) : new Float64Array(length);
  }
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

function idIn(scanner: CsvScanner, cell: number, header: readonly string[]): bigint {
  const id = parseId(scanner.text(cell));
  if (id !== undefined) return id;
  throw new NotCsv(`row ${scanner.row}, column ${header[cell]} is ${shown(scanner, cell)}, not an id in plain digits`);
}

const parsed = new Float64Array(1);

/** A whole number from 0; read from the bytes, because every row has one. */
function positionIn(scanner: CsvScanner, cell: number): number | undefined {
  if (!parseSimpleNumber(scanner.bytes, scanner.start(cell), scanner.end(cell), parsed, 0)) return undefined;
  const position = parsed[0] as number;
  return Number.isSafeInteger(position) && position >= 0 ? position : undefined;
}

function shown(scanner: CsvScanner, cell: number): string {
  const text = scanner.text(cell);
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
