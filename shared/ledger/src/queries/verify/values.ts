import type { Database } from '../../sqlite/connection.js';
import { STATUS_TABLE } from '../../sqlite/status-columns.js';

/** A value that is not of its column's type: SQLite accepts it. */
export interface OddValue {
  readonly table: string;
  readonly column: string;
  /** As SQL writes it. */
  readonly value: string;
  /** The row's ID; undefined if the table has none. */
  readonly id: bigint | undefined;
  /** The row's stem; undefined if the table has none. */
  readonly stem: string | undefined;
}

/** What a column's values may be, by its declared type. `NameVerification` checks the names of stems. */
const FITTING: Readonly<Record<string, string>> = {
  INTEGER: "'integer', 'null'",
  REAL: "'real', 'integer', 'null'",
  TEXT: "'text', 'null'",
  BLOB: "'blob', 'null'",
};

/** At most this many values of a table are reported one by one. */
const MOST = 20;

/** Looks for text in columns of numbers and the like. It reads and never writes. */
export class ValueVerification {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  odd(): OddValue[] {
    const tables = this.#database
      .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all();
    return tables.flatMap((table) => this.#oddIn(table));
  }

  #oddIn(table: string): OddValue[] {
    const columns = this.#database
      .prepare<[string], { name: string; type: string }>('SELECT name, type FROM pragma_table_info(?)')
      .all(table)
      .filter(({ name, type }) => FITTING[type] !== undefined && name !== 'stem' && name !== 'timestamp');
    const misfits = columns.map(({ name, type }) => `typeof("${name}") NOT IN (${FITTING[type]})`);
    if (misfits.length === 0) return [];
    const has = (name: string) => this.#hasColumn(table, name);
    const rows = this.#database
      .prepare<[], Record<string, unknown>>(
        `SELECT ${has('ID') ? 'ID' : 'NULL'} AS id, ${has('stem') ? 'stem' : 'NULL'} AS stem,
           ${columns.map(({ name }, at) => `CASE WHEN ${misfits[at]} THEN quote("${name}") END AS value${at}`).join(', ')}
         FROM "${table}" WHERE ${misfits.join(' OR ')} LIMIT ${MOST}`,
      )
      .all();
    return rows.flatMap((row) =>
      columns.flatMap(({ name: column }, at) => {
        const value = row[`value${at}`];
        if (typeof value !== 'string') return [];
        const { id, stem } = row;
        return [
          {
            ...{ table, column, value: value.slice(0, 60) },
            id: typeof id === 'bigint' ? id : undefined,
            stem: typeof stem === 'string' ? stem : undefined,
          },
        ];
      }),
    );
  }

  #hasColumn(table: string, name: string): boolean {
    return this.#database.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, name) !== undefined;
  }
}

/** The stage whose statuses a table has. */
export function stageOfTable(table: string): keyof typeof STATUS_TABLE | undefined {
  return (Object.keys(STATUS_TABLE) as (keyof typeof STATUS_TABLE)[]).find((stage) => STATUS_TABLE[stage] === table);
}
