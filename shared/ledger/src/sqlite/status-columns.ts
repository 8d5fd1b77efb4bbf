import { isVraName, STATUS, type Stage, UsageError } from '@lvra/core';
import type { Database } from './connection.js';

/** The spec's status table of each stage. */
export const STATUS_TABLE: Record<Stage, string> = {
  feature: 'feature_making',
  predict: 'predict',
  annotate: 'annotating',
};

/**
 * A VRA's column in SQL. Columns cannot be bound as parameters, so this is the one place where a name
 * from the settings enters a statement; it holds letters, digits and underscores only.
 */
export function columnOf(vra: string): string {
  if (!isVraName(vra)) {
    throw new TypeError(`${JSON.stringify(vra)} cannot name a VRA: a letter, then letters, digits or underscores`);
  }
  return `"${vra}"`;
}

/**
 * The partial indexes of a VRA's column. They find and count the few stems that are not done, that are at -1, which the
 * Python pipeline may have left half annotated, or that were never meant for the VRA.
 */
function indexesOf(table: string, vra: string): ReadonlyMap<string, string> {
  const column = columnOf(vra);
  return new Map([
    [`${table}_open_${vra}`, `(stem) WHERE ${column} NOT IN (1, -1)`],
    [`${table}_partial_${vra}`, `(stem) WHERE ${column} = -1`],
    [`${table}_unasked_${vra}`, `(${column}) WHERE ${column} IS NULL`],
  ]);
}

/** Whether the status tables have the VRA's column and its indexes. */
export function hasVraColumns(database: Database, vra: string): boolean {
  const indexes = database.prepare<[string], string>(
    "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?",
  );
  return Object.values(STATUS_TABLE).every((table) => {
    const there = new Set(indexes.pluck().all(table));
    return (
      columnsOf(database, table).includes(vra) && [...indexesOf(table, vra).keys()].every((name) => there.has(name))
    );
  });
}

/**
 * Adds the VRA's column to the status tables if it is missing, and its indexes. Earlier stems stay NULL: not asked for.
 *
 * @throws UsageError if there is such a column in other letter case: SQLite takes the two for one
 */
export function addVraColumns(database: Database, vra: string): void {
  const column = columnOf(vra);
  for (const table of Object.values(STATUS_TABLE)) {
    const alike = columnsOf(database, table).find((name) => name.toLowerCase() === vra.toLowerCase());
    if (alike !== undefined && alike !== vra) {
      const message = `${table} has the column ${alike}, and SQLite's column names know no case`;
      throw new UsageError(
        `the VRA ${vra} cannot have a column: ${message}; set MODEL_NAME to ${alike}, or to a new name`,
      );
    }
    if (alike === undefined) database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} INTEGER`);
    for (const [name, rows] of indexesOf(table, vra)) {
      database.exec(`CREATE INDEX IF NOT EXISTS ${name} ON ${table} ${rows}`);
    }
  }
}

function columnsOf(database: Database, table: string): string[] {
  return database.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
}

/** The statements on one stage's status of one VRA, prepared once. */
export class StatusColumn {
  readonly #read;
  readonly #write;
  readonly #reopen;
  readonly #exclude;

  constructor(database: Database, stage: Stage, vra: string) {
    const table = STATUS_TABLE[stage];
    const column = columnOf(vra);
    this.#read = database.prepare<[string], bigint | null>(`SELECT ${column} FROM ${table} WHERE stem = ?`).pluck();
    this.#write = database.prepare(
      `UPDATE ${table} SET ${column} = ?, timestamp = current_timestamp WHERE stem = ? AND ${column} NOT IN (1, -1)`,
    );
    const known = [...Object.values(STATUS_TABLE), 'batch'].map(
      (each) => `SELECT stem FROM ${each} WHERE stem = @stem`,
    );
    this.#reopen = database.prepare(
      `INSERT INTO ${table} (stem, ${column}) SELECT @stem, 0 WHERE EXISTS (${known.join(' UNION ALL ')})
       ON CONFLICT (stem) DO UPDATE SET ${column} = 0, timestamp = current_timestamp`,
    );
    this.#exclude = database.prepare(
      `UPDATE ${table} SET ${column} = NULL, timestamp = current_timestamp WHERE stem = ? AND ${column} NOT IN (1, -1)`,
    );
  }

  /** The stem's status, or undefined if the stem is not registered for this VRA. */
  read(stem: string): number | undefined {
    const code = this.#read.get(stem) as bigint | null | undefined;
    return code === null || code === undefined ? undefined : Number(code);
  }

  /** Writes a status unless the stem is done already. @returns false if it was */
  write(stem: string, code: number): boolean {
    return this.#write.run(code, stem).changes > 0;
  }

  /** Makes a stem one that was not meant for this VRA, unless it is done. @returns false if there was nothing to do */
  exclude(stem: string): boolean {
    return this.#exclude.run(stem).changes > 0;
  }

  /**
   * Reopens a stem of any status because an operator asked for it; if its row was lost it gets a new one.
   *
   * @returns false if the ledger does not know the stem
   */
  reopen(stem: string): boolean {
    return this.#reopen.run({ stem }).changes > 0;
  }
}

export function isPending(code: number | undefined): boolean {
  return code !== undefined && code !== STATUS.done && code !== STATUS.partial;
}
