import { OF_THE_LEDGER } from '../../move/catalogue.js';
import type { LedgerTable } from '../../move/ledger-table.js';
import type { ColumnType } from '../../statements.js';
import { columnOf, STATUS_TABLE } from '../../status-tables.js';
import Sqlite from '../driver.js';
import { MIGRATION_COUNT, migrateTo } from '../migrations.js';

const TYPES: Readonly<Record<string, ColumnType>> = { INTEGER: 'integer', REAL: 'real', TEXT: 'text', BLOB: 'bytes' };

/** The tables whose rows are what the ledger knows, with a column of each VRA where there is one. */
export function ledgerTables(vras: readonly string[]): LedgerTable[] {
  const empty = new Sqlite(':memory:');
  try {
    migrateTo(empty, MIGRATION_COUNT);
    const names = empty
      .prepare<[], string>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
      )
      .pluck()
      .all()
      .filter((name) => !OF_THE_LEDGER.includes(name));
    return names.map((name) => {
      const columns = empty
        .prepare<[string], { name: string; type: string; pk: number }>(
          'SELECT name, type, pk FROM pragma_table_info(?)',
        )
        .all(name);
      const own = columns.map((column) => [column.name, TYPES[column.type]!] as const);
      const isOfStatus = Object.values(STATUS_TABLE).includes(name);
      const ofVras = isOfStatus ? vras.map((vra) => [columnOf(vra), 'integer'] as const) : [];
      const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
      return { name, columns: Object.fromEntries([...own, ...ofVras]), key: key.map((column) => column.name) };
    });
  } finally {
    empty.close();
  }
}
