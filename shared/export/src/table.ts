/** The type of a column's values, and what each format makes of it: the same wherever it is read back. */
export type ColumnType = 'int64' | 'int32' | 'double' | 'boolean' | 'text';

/** Of a cell: a bigint in int64, a number in int32 and double; null if missing. */
export type Cell = bigint | number | boolean | string | null;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** As the VOUnit standard writes it (IVOA, 2014): `nJy`, `deg`, `d`; null if it has none. */
  readonly unit: string | null;
  /** Unified Content Descriptor (IVOA, UCD1+), as `meta.id;meta.main`; null if none fits. */
  readonly ucd: string | null;
  /** One sentence. */
  readonly description: string;
}

/** Some thousand rows, column by column in the order of the table's columns. */
export interface Rows {
  readonly count: number;
  readonly columns: readonly ArrayLike<Cell>[];
}

/** A table that is read as it is written, and never in memory as a whole. */
export interface Table {
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  readonly columns: readonly Column[];
  /** From the first row on, each time that it is called. */
  rows(): AsyncIterable<Rows>;
}
