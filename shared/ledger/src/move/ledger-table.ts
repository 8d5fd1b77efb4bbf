import type { ColumnType } from '../statements.js';

/** A table of every ledger, whatever keeps it. */
export interface LedgerTable {
  readonly name: string;
  /** As SQL writes them, in their order. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** The columns of its primary key. */
  readonly key: readonly string[];
}
