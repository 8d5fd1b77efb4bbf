/** A list of values for `IN @name`. */
export type List = readonly bigint[] | readonly string[];
/** A value in a statement. Ids are bigint, never number. */
export type Value = bigint | number | string | Uint8Array | null;
/** One value for each `?`, or an object with one for each `@name`. */
export type Values = readonly Value[] | readonly [Readonly<Record<string, Value | List>>];

/**
 * A statement in SQL that every database of the ledger understands. Besides common SQL there are
 *
 * - `?` and `@name` for values, and `IN @name` for a list of values
 * - `INDEXED BY name` after a table, for the planner that needs the hint
 *
 * A column that is read by its name and has capital letters is quoted: `p.ID AS "id"`, `"diaObjectId"`.
 */
export class Statement {
  constructor(readonly sql: string) {}
}

/** Rows as objects by column, as arrays in the order of columns, or the first column's value alone. */
export type Shape = 'object' | 'array' | 'value';

/** A statement that answers with rows. Integers come as bigint. */
export class Question<Row> extends Statement {
  /** Only for the compiler: what a row is. */
  declare protected readonly row: Row;

  /** @param smallIntegers integers come as numbers: only where all of them are small, and none is an id */
  constructor(
    sql: string,
    readonly shape: Shape,
    readonly smallIntegers = false,
  ) {
    super(sql);
  }
}

export const statement = (sql: string) => new Statement(sql);
/** Rows as objects. */
export const question = <Row extends object>(sql: string) => new Question<Row>(sql, 'object');
/** Rows as arrays: quicker where there are many. */
export const tupleQuestion = <Row extends readonly unknown[]>(sql: string) => new Question<Row>(sql, 'array');
/** The first column alone. */
export const valueQuestion = <T>(sql: string) => new Question<T>(sql, 'value');

/** What a column holds. */
export type ColumnType = 'integer' | 'real' | 'text' | 'bytes';

/** An INSERT for many rows, whose values are in the order of `columns`. */
export class Insert extends Statement {
  /**
   * @param onConflict what follows ON CONFLICT. There, a column's value before is named with its table
   * @param key the columns that may occur with the same values in several rows: the last of them counts
   */
  constructor(
    readonly table: string,
    readonly columns: Readonly<Record<string, ColumnType>>,
    readonly onConflict?: string,
    readonly key: readonly string[] = [],
  ) {
    const names = Object.keys(columns);
    const conflict = onConflict ? ` ON CONFLICT ${onConflict}` : '';
    super(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})${conflict}`);
  }
}
