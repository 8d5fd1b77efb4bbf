import { AlertRejected } from '@lvra/core';
import { THRESHOLDS, type ThresholdFlags } from '@lvra/ledger';
import type { AlertView } from '../alert/alert.js';
import type { FieldList } from '../alert/fields.js';
import { numberOf } from '../alert/numbers.js';
import type { FeatureRows } from '../feature-rows.js';
import { Columns, type Layout } from './columns.js';
import { cellOf, FALSE, TRUE, textCell } from './csv-cells.js';
import type { FieldType } from './field-types.js';
import { TopLevelNames } from './top-level-names.js';

/** Predict accepts rows of twice this length; real ones have 1.5 kB. */
const LONGEST_ROW = 256 * 1024;

const COMMA = 0x2c;
const NEWLINE = 0x0a;

/**
 * The feature file of one stem, built row by row as bytes.
 *
 * Columns are in order of first appearance, so a row never changes once written: if later alerts add columns, earlier
 * rows only get empty cells at their end.
 */
export class FeatureTable implements FeatureRows {
  readonly #wanted: ReadonlySet<string>;
  readonly #columns: Columns;
  /** Alerts without a row, by position: they have no row and add no columns when the rows are made again, either. */
  readonly #refused: Map<number, unknown>;
  #bytes = Buffer.allocUnsafe(1 << 20);
  #length = 0;
  /** Where each row ends in the bytes, and how many cells it has. */
  readonly #rowEnds: number[] = [];
  readonly #rowCells: number[] = [];
  /** The row under construction: the field or the finished cell of each column. */
  #cellStart = new Int32Array(512);
  #cellEnd = new Int32Array(512);
  #cells: (Buffer | undefined)[] = [];

  /**
   * @param wanted columns that models take, to which the limit does not apply
   * @param topLevel what is known of the batch's names
   * @param refused alerts that were rejected before, by position, and why
   */
  constructor(wanted: ReadonlySet<string> = new Set(), topLevel = new TopLevelNames(), refused = new Map()) {
    this.#wanted = wanted;
    this.#refused = refused;
    this.#columns = new Columns(wanted, topLevel);
  }

  get rows(): number {
    return this.#rowEnds.length;
  }

  /**
   * Adds the row of an alert.
   *
   * @param position the alert's place in its batch, counted from 0, alerts without a row included
   * @throws AlertRejected if a value is not the number that it should be, or the row is too long; the table is
   *   unchanged
   */
  add(view: AlertView, position: number, flags: ThresholdFlags): void {
    if (this.#refused.has(position)) throw this.#refused.get(position);
    const layout = this.#columns.layoutOf(view);
    try {
      this.#addRow(view, layout, position, flags);
    } catch (error) {
      this.#columns.withdraw(layout);
      this.#refused.set(position, error);
      throw error;
    }
    layout.rows++;
  }

  again(): FeatureTable | undefined {
    const topLevel = this.#columns.decideTopLevel();
    return topLevel && new FeatureTable(this.#wanted, topLevel, this.#refused);
  }

  get remark(): string | undefined {
    const { leftOut } = this.#columns;
    return leftOut === undefined ? undefined : `no room for all unknown columns: ${leftOut.slice(0, 40)} is left out`;
  }

  #addRow(view: AlertView, layout: Layout, position: number, flags: ThresholdFlags): void {
    this.#begin();
    this.#takeFields(view.bytes, view.source, layout.source, layout.sourceTypes);
    this.#takeFields(view.bytes, view.message, layout.message, layout.messageTypes);
    // A computed column wins over a field of the same name.
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
    // Computed columns come last in the first row, so that the copied ones keep the alert's order.
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

  #takeFields(bytes: Buffer, fields: FieldList, columns: Int32Array, types: Uint8Array): void {
    for (let field = 0; field < fields.count; field++) {
      const column = columns[field] as number;
      if (column === -1) continue;
      this.#cells[column] = cellOf(bytes, fields, field, types[field] as FieldType);
      this.#cellStart[column] = fields.valueStart(field);
      this.#cellEnd[column] = fields.valueEnd(field);
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
    // Cells are a few bytes long: a loop is faster than copy().
    for (let i = start; i < end; i++) to[at++] = from[i] as number;
    this.#length = at;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + needed));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** lastDiaSourceMjdTai - firstDiaSourceMjdTai in days; NaN if either is missing or not finite. */
function observedDays(view: AlertView): number {
  const days = dayOf(view, 'lastDiaSourceMjdTai') - dayOf(view, 'firstDiaSourceMjdTai');
  return Number.isFinite(days) ? days : Number.NaN;
}

function dayOf({ bytes, message }: AlertView, name: string): number {
  const field = message.find(bytes, name);
  if (field === -1) return Number.NaN;
  return numberOf(bytes, message.valueStart(field), message.valueEnd(field), message.kind(field)) ?? Number.NaN;
}
