import type { Value } from '@lvra/ledger/testing/look-inside';

/** Where a case keeps its ledger. What the case asks goes beside the services, on a connection of its own. */
export interface LedgerPlace {
  /** The settings of services that name it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Rows as objects, integers as bigint. */
  rows(sql: string, values: readonly Value[]): Promise<Record<string, unknown>[]>;
  /** Closes its connection; the next question opens another one. */
  forget(): Promise<void>;
}
