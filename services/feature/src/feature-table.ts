import { AlertRejected } from '@lvra/shared/errors';
import { KIND } from '@lvra/shared/json/kinds';
import { THRESHOLDS } from '@lvra/shared/ledger/reference-schema';
import type { ThresholdFlags } from '@lvra/shared/ledger/results';
import type { AlertView } from './alert.js';
import { cellOf, textCell } from './cells.js';
import { Columns } from './columns.js';
import type { FeatureRows } from './feature-sets.js';
import type { FieldList } from './fields.js';

/** Predict takes rows of twice this length; real ones have 1.5 kB. */
const LONGEST_ROW = 256 * 1024;

const COMMA = 0x2c;
const NEWLINE = 0x0a;
const TRUE = Buffer.from('True');
const FALSE = Buffer.from('False');

/**
 * The feature file of one stem, built row by row as bytes.
 *
 * Columns stand in order of first appearance, so a row never changes once it is written: where later alerts bring
 * new columns, the rows before only get empty cells at their end.
 */
export class FeatureTable implements FeatureRows {
  readonly #columns = new Columns();
  #bytes = Buffer.allocUnsafe(1 << 20);
  #length = 0;
  /** Where each row ends in the bytes, and how many cells it has. */
  readonly #rowEnds: number[] = [];
  readonly #rowCells: number[] = [];
  /** The row under construction: which field, or which ready cell, each column takes. */
  #cellStart = new Int32Array(512);
  #cellEnd = new Int32Array(512);
  #cells: (Buffer | undefined)[] = [];

  get rows(): number {
    return this.#rowEnds.length;
  }

  /**
   * Adds the row of an alert.
   *
   * @param position the alert's place in its batch, counted from 0, alerts without a row included
   * @throws AlertRejected where row or columns would be more than a reader takes; the rows are as they were
   */
  add(view: AlertView, position: number, flags: ThresholdFlags): void {
    const layout = this.#columns.layoutOf(view);
    this.#begin();
    this.#takeFields(view.bytes, view.source, layout.source);
    this.#takeFields(view.bytes, view.message, layout.message);
    // What is computed wins over a field of the same name.
    this.#setCell(0, Buffer.from(String(position)));
    this.#setComputed(flags, observedDays(view));
    this.#writeRow(view.bytes);
  }

  /** The whole file: header, rows, a newline at the end. */
  *chunks(): Generator<Buffer> {
    const { names } = this.#columns;
    yield Buffer.concat([
      ...names.flatMap((name, i) => (i === 0 ? [textCell(name)] : [Buffer.of(COMMA), textCell(name)])),
      Buffer.of(NEWLINE),
    ]);
    let begin = 0;
    for (let row = 0; row < this.rows; row++) {
      const missing = names.length - (this.#rowCells[row] as number);
      if (missing === 0) continue;
      const end = this.#rowEnds[row] as number;
      yield this.#bytes.subarray(begin, end - 1);
      yield Buffer.alloc(missing, COMMA);
      begin = end - 1;
    }
    if (begin < this.#length) yield this.#bytes.subarray(begin, this.#length);
  }

  #begin(): void {
    // Computed columns get their places last of the first row, so that the copied ones stand in the alert's order.
    const width = this.#columns.names.length + this.#columns.computed.length;
    if (width > this.#cellStart.length) {
      this.#cellStart = new Int32Array(width * 2);
      this.#cellEnd = new Int32Array(width * 2);
    }
    this.#cellStart.fill(0, 0, width);
    this.#cellEnd.fill(0, 0, width);
    this.#cells = new Array(width);
  }

  #setCell(column: number, cell: Buffer): void {
    this.#cells[column] = cell;
  }

  #takeFields(bytes: Buffer, fields: FieldList, columns: Int32Array): void {
    for (let field = 0; field < fields.count; field++) {
      const column = columns[field] as number;
      if (column === -1) continue;
      const start = fields.valueStart(field);
      const end = fields.valueEnd(field);
      this.#cells[column] = cellOf(bytes, start, end, fields.kind(field));
      this.#cellStart[column] = start;
      this.#cellEnd[column] = end;
    }
  }

  #setComputed(flags: ThresholdFlags, days: number): void {
    const { computed } = this.#columns;
    for (let i = 0; i < THRESHOLDS.length; i++) {
      const count = flags.count[i] as number;
      this.#setCell(computed[3 * i] as number, count > 0 ? TRUE : FALSE);
      this.#setCell(computed[3 * i + 1] as number, flags.first[i] === 1 ? TRUE : FALSE);
      this.#setCell(computed[3 * i + 2] as number, Buffer.from(String(count)));
    }
    this.#setCell(computed[3 * THRESHOLDS.length] as number, Buffer.from(Number.isNaN(days) ? '' : String(days)));
  }

  #writeRow(bytes: Buffer): void {
    const columns = this.#columns.names.length;
    for (let column = 0; column < columns; column++) {
      const cell = this.#cells[column];
      if (column > 0) this.#append(COMMA);
      if (cell) this.#copy(cell, 0, cell.length);
      else this.#copy(bytes, this.#cellStart[column] as number, this.#cellEnd[column] as number);
    }
    this.#append(NEWLINE);
    const begin = this.#rowEnds.at(-1) ?? 0;
    const length = this.#length - begin;
    if (length > LONGEST_ROW) {
      this.#length = begin;
      throw new AlertRejected('too_large', `its row would have ${length} bytes, more than the ${LONGEST_ROW} allowed`);
    }
    this.#rowEnds.push(this.#length);
    this.#rowCells.push(columns);
  }

  #append(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = byte;
  }

  #copy(from: Buffer, start: number, end: number): void {
    if (this.#length + end - start > this.#bytes.length) this.#grow(end - start);
    const to = this.#bytes;
    let at = this.#length;
    // Cells are a few bytes long: a loop is quicker than a call of copy().
    for (let i = start; i < end; i++) to[at++] = from[i] as number;
    this.#length = at;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + needed));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** lastDiaSourceMjdTai - firstDiaSourceMjdTai in days; NaN where either is missing. */
function observedDays(view: AlertView): number {
  return dayOf(view, 'lastDiaSourceMjdTai') - dayOf(view, 'firstDiaSourceMjdTai');
}

function dayOf({ bytes, message }: AlertView, name: string): number {
  const field = message.find(bytes, name);
  if (field === -1) return Number.NaN;
  const kind = message.kind(field);
  if (kind !== KIND.float && kind !== KIND.integer) return Number.NaN;
  return Number(bytes.toString('latin1', message.valueStart(field), message.valueEnd(field)));
}
