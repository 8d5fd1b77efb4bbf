import type { Settings } from '@lvra/config';
import type { LedgerServer } from '@lvra/core';
import type { FormatName, NightTableName } from '@lvra/export';

/** What the process that makes an export is told. */
export interface ExportOrder {
  readonly table: NightTableName;
  /** YYYYMMDD */
  readonly night: string;
  readonly vra: string | undefined;
  readonly format: FormatName;
  /** Where the ledger is; of a server the password as it is now, because a function cannot be sent. */
  readonly ledger: string | (Omit<LedgerServer, 'password'> & { readonly password: string | undefined });
  readonly dataRoot: string;
  readonly vras: readonly { readonly modelName: string; readonly features: string }[];
}

/** What it says before the first byte. */
export interface ExportBegins {
  /** Of how many stems the files are gone, and of how many they are not made yet. */
  readonly gone: number;
  readonly unmade: number;
}

/** Where the order's ledger and files are. */
export function placesOf({ ledger, dataRoot, vras }: Settings): Pick<ExportOrder, 'ledger' | 'dataRoot' | 'vras'> {
  return {
    ledger: typeof ledger === 'string' ? ledger : { ...ledger, password: ledger.password?.() },
    dataRoot,
    vras: vras.map(({ modelName, features }) => ({ modelName, features })),
  };
}
