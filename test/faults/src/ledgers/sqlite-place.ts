import type { Value } from '@lvra/ledger/testing/look-inside';
import { type Database, Sqlite } from '@lvra/ledger/testing/sqlite';
import type { LedgerPlace } from './ledger-place.js';

const LOCKED_WITHIN_MS = 30_000;

/** The file of a data root, which is only read: the services make it. */
export class SqlitePlace implements LedgerPlace {
  readonly environment = {};
  readonly #path: string;
  #file: Database | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async rows(sql: string, values: readonly Value[]): Promise<Record<string, unknown>[]> {
    this.#file ??= this.#open();
    return this.#file.prepare(sql).all(...values) as Record<string, unknown>[];
  }

  async forget(): Promise<void> {
    this.#file?.close();
    this.#file = undefined;
  }

  #open(): Database {
    const file = new Sqlite(this.#path, { readonly: true, timeout: LOCKED_WITHIN_MS });
    file.defaultSafeIntegers(true);
    return file;
  }
}
