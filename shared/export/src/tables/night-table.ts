import type { Look, NightSpan } from '@lvra/operations';
import type { Table } from '../table.js';

/** The rows of one night, noon to noon (UTC). */
export interface NightTable extends Table {
  /** The stems whose files are gone, so that the rows lack what was in them. */
  readonly gone: readonly string[];
  /** The stems whose files are not made yet, or never will be. */
  readonly unmade: readonly string[];
  /** Files that cannot be read, in whole or in part, and why; known once the rows were read. */
  readonly unreadable: readonly string[];
}

/** What the tables are read from. */
export interface Source extends Pick<Look, 'ledger' | 'paths' | 'vras'> {
  readonly settings: { readonly vras: readonly { readonly modelName: string; readonly features: string }[] };
}

export interface WhichRows {
  readonly night: NightSpan;
  /** Those of one VRA alone; undefined for all. */
  readonly vra: string | undefined;
}
