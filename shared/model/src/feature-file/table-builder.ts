import { parseId } from '@lvra/core';
import type { Manifest } from '../manifest.js';
import { type CsvScanner, NotCsv } from './csv-scanner.js';
import { PandasColumns } from './pandas-columns.js';
import { parseSimpleNumber } from './parse-number.js';
import { featureValue } from './parse-value.js';

/** What a model takes of a feature file, and how its numbers are read. */
export type Inputs = Pick<Manifest, 'features' | 'input' | 'numbers'>;

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

/** Collects rows; their number is not known in advance. */
export class TableBuilder {
  readonly #diaObjectIds: bigint[] = [];
  readonly #diaSourceIds: bigint[] = [];
  readonly #positions: (number | undefined)[] = [];
  readonly #unreadable = new Map<number, string>();
  #values: Float32Array | Float64Array;
  #used = 0;
  readonly #inputs: Inputs;
  /** Undefined where the nearest doubles are read. */
  readonly #pandas: PandasColumns | undefined;

  constructor(inputs: Inputs) {
    this.#inputs = inputs;
    this.#pandas = inputs.numbers === 'pandas' ? new PandasColumns(inputs.features.length) : undefined;
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
      const isRead = this.#pandas
        ? this.#pandas.read(scanner, cell, index - 2, values, used)
        : readExact(scanner, cell, values, used);
      if (!isRead) this.#noteUnreadable(scanner, cell, header);
      used += 1;
    }
    this.#used = used;
  }

  build(): FeatureTable {
    const values = this.#values.subarray(0, this.#used);
    this.#pandas?.finish(values);
    return {
      rows: this.#diaObjectIds.length,
      diaObjectIds: this.#diaObjectIds,
      diaSourceIds: this.#diaSourceIds,
      positions: this.#positions,
      unreadable: this.#unreadable,
      values,
    };
  }

  #noteUnreadable(scanner: CsvScanner, cell: number, header: readonly string[]): void {
    const row = this.#diaObjectIds.length - 1;
    const what = `${header[cell]} is ${shown(scanner, cell)}, not a number, True, False or empty`;
    if (!this.#unreadable.has(row)) this.#unreadable.set(row, what);
  }

  #grow(row: number): void {
    const values = this.#room(Math.max(this.#values.length * 2, row * 1024));
    values.set(this.#values);
    this.#values = values;
  }

  #room(length: number): Float32Array | Float64Array {
    return this.#inputs.input === 'float' ? new Float32Array(length) : new Float64Array(length);
  }
}

/** Puts the value of a cell at `at`: the nearest double; NaN for text. @returns false if it is text */
function readExact(scanner: CsvScanner, cell: number, values: Float32Array | Float64Array, at: number): boolean {
  if (parseSimpleNumber(scanner.bytes, scanner.start(cell), scanner.end(cell), values, at)) return true;
  const value = featureValue(scanner.text(cell));
  values[at] = value ?? Number.NaN;
  return value !== undefined;
}

export function idIn(scanner: CsvScanner, cell: number, header: readonly string[]): bigint {
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
