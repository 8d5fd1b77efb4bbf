import { isVraName } from '@lvra/core';
import { STATUS_TABLE } from '../status-tables.js';
import type { LedgerTable } from './ledger-table.js';

/** A column of any table of a database. */
export interface CatalogueColumn {
  readonly table: string;
  readonly column: string;
  /** As the database calls it. */
  readonly type: string;
}

const STATUS_TABLES: readonly string[] = Object.values(STATUS_TABLE);

/** The VRAs that have a column in a status table, also those of the past. */
export function vrasIn(catalogue: readonly CatalogueColumn[]): string[] {
  const names = catalogue
    .filter(
      ({ table, column, type }) =>
        STATUS_TABLES.includes(table) && isVraName(column) && /^(INTEGER|bigint)$/.test(type),
    )
    .map(({ column }) => column);
  return [...new Set(names)];
}

/** What others added to a database: tables, and columns in the ledger's. For people. */
export function addedByOthers(catalogue: readonly CatalogueColumn[], tables: readonly LedgerTable[]): string[] {
  const plain = (name: string) => name.replaceAll('"', '').toLowerCase();
  const own = new Map(tables.map(({ name, columns }) => [name, new Set(Object.keys(columns).map(plain))]));
  const added = catalogue.flatMap(({ table, column }) => {
    if (OF_THE_LEDGER.includes(table)) return [];
    const columns = own.get(table);
    if (!columns) return [`the table ${table}`];
    return columns.has(plain(column)) ? [] : [`the column ${column} of ${table}`];
  });
  return [...new Set(added)];
}

/** They say of the ledger itself what it is, and are not moved. */
export const OF_THE_LEDGER: readonly string[] = ['lvra_migration', 'data_folder'];
