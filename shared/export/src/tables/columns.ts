import type { Cell, Column, ColumnType } from '../table.js';

/** @param unit as VOUnit writes it */
export function column(
  name: string,
  type: ColumnType,
  description: string,
  unit: string | null = null,
  ucd: string | null = null,
): Column {
  return { name, type, unit, ucd, description };
}

export const DIA_OBJECT_ID = column('diaObjectId', 'int64', 'Object, as Rubin numbers it.', null, 'meta.id;meta.main');
export const DIA_SOURCE_ID = column('diaSourceId', 'int64', 'Source: one detection of an object.', null, 'meta.id');
export const STEM = column('stem', 'text', 'Batch that the alert came in, named by its UTC second.');

/** The cell, if it is of the column's type; else it is missing: SQLite and JSON do not enforce types. */
const CELL_OF: Readonly<Record<ColumnType, (value: unknown) => Cell>> = {
  int64: (value) => idOf(value),
  int32: (value) => (isInt32(value) ? Number(value) : null),
  double: (value) => numberOf(value),
  boolean: (value) => (typeof value === 'boolean' ? value : null),
  text: (value) => (typeof value === 'string' ? value : null),
};

function idOf(value: unknown): Cell {
  const id = Number.isSafeInteger(value) ? BigInt(value as number) : value;
  return typeof id === 'bigint' && BigInt.asIntN(64, id) === id ? id : null;
}

function isInt32(value: unknown): boolean {
  return (typeof value === 'bigint' || typeof value === 'number') && Number(value) === (Number(value) | 0);
}

function numberOf(value: unknown): Cell {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' && !Number.isNaN(value) ? value : null;
}

/** Takes rows, cell by cell, and gives them column by column. */
export class RowsOf {
  readonly #columns: readonly Column[];
  #cells: Cell[][];
  readonly #last: Cell[] = [];
  count = 0;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#cells = columns.map(() => []);
  }

  /** @param values in the order of the columns; those of another type than their column's are missing */
  add(values: readonly unknown[]): void {
    for (const [at, { type }] of this.#columns.entries()) {
      const cell = CELL_OF[type](values[at]);
      // One text of many rows, as their stem, is kept once.
      if (cell !== this.#last[at]) this.#last[at] = cell;
      this.#cells[at]!.push(this.#last[at]!);
    }
    this.count++;
  }

  /** What was added since the last time. */
  take(): { count: number; columns: readonly Cell[][] } {
    const { count } = this;
    const columns = this.#cells;
    this.#cells = this.#columns.map(() => []);
    this.count = 0;
    return { count, columns };
  }
}
