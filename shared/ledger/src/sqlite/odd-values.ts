import type { OddValue } from '../database.js';
import type { Connection } from './driver.js';

/** What a column's values may be, by its declared type. `NameVerification` checks the names of stems. */
const FITTING: Readonly<Record<string, string>> = {
  INTEGER: "'integer', 'null'",
  REAL: "'real', 'integer', 'null'",
  TEXT: "'text', 'null'",
  BLOB: "'blob', 'null'",
};

/** At most this many values of a table are reported one by one. */
const MOST = 20;

/** Looks for text in columns of numbers and the like, which SQLite accepts. It reads and never writes. */
export function oddValues(connection: Connection): OddValue[] {
  const tables = connection
    .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
  return tables.flatMap((table) => oddIn(connection, table));
}

function oddIn(connection: Connection, table: string): OddValue[] {
  const columns = connection
    .prepare<[string], { name: string; type: string }>('SELECT name, type FROM pragma_table_info(?)')
    .all(table)
    .filter(({ name, type }) => FITTING[type] !== undefined && name !== 'stem' && name !== 'timestamp');
  const misfits = columns.map(({ name, type }) => `typeof("${name}") NOT IN (${FITTING[type]})`);
  if (misfits.length === 0) return [];
  const has = (name: string) => hasColumn(connection, table, name);
  const rows = connection
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

function hasColumn(connection: Connection, table: string, name: string): boolean {
  return connection.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, name) !== undefined;
}
