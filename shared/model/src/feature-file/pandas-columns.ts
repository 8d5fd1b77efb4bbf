import type { CsvScanner } from './csv-scanner.js';
import { CELL, parsePandasNumber } from './pandas-number.js';
import { pandasWord } from './pandas-word.js';

/** A whole number of many digits. */
interface LongWhole {
  /** Of its value in the table. */
  readonly at: number;
  readonly feature: number;
  /** The nearest double. */
  readonly exact: number;
}

/**
 * The features of a file as `pandas.read_csv` reads them. It takes a column in which all numbers are whole for integers,
 * which become the nearest doubles, and any other for floats.
 */
export class PandasColumns {
  readonly #isFloat: Uint8Array;
  readonly #longWhole: LongWhole[] = [];

  constructor(features: number) {
    this.#isFloat = new Uint8Array(features);
  }

  /** Puts the value of a cell at `at`. @returns false if it is text */
  read(scanner: CsvScanner, cell: number, feature: number, values: Float32Array | Float64Array, at: number): boolean {
    const kind = parsePandasNumber(scanner.bytes, scanner.start(cell), scanner.end(cell), values, at);
    if (kind === CELL.plain) return true;
    if (kind === CELL.decimal) this.#isFloat[feature] = 1;
    else if (kind === CELL.longWhole) this.#longWhole.push({ at, feature, exact: Number(scanner.text(cell)) });
    else return this.#readWord(scanner.text(cell), feature, values, at);
    return true;
  }

  /** Once all rows are read: what only the whole column tells. */
  finish(values: Float32Array | Float64Array): void {
    for (const { at, feature, exact } of this.#longWhole) if (this.#isFloat[feature] === 0) values[at] = exact;
  }

  #readWord(text: string, feature: number, values: Float32Array | Float64Array, at: number): boolean {
    const value = pandasWord(text);
    if (value === undefined) return false;
    if (Math.abs(value) === Number.POSITIVE_INFINITY) this.#isFloat[feature] = 1;
    values[at] = value;
    return true;
  }
}
