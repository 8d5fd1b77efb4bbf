import { UsageError } from '@lvra/core';
import type { Value } from '../statements.js';
import type { LedgerTable } from './ledger-table.js';
import type { MovedRow } from './pages.js';

/** What a column of a type holds, besides NULL. */
const FITS: Readonly<Record<string, (value: Value) => boolean>> = {
  integer: (value) => typeof value === 'bigint',
  real: (value) => typeof value === 'number',
  text: (value) => typeof value === 'string',
  bytes: (value) => value instanceof Uint8Array,
};

/**
 * Checks that rows can be kept as they are: SQLite accepts any value in any column, and text that is none.
 *
 * @throws UsageError that names the first that cannot
 */
export function assertFit({ name, columns, key }: LedgerTable, rows: readonly MovedRow[]): void {
  const all = Object.entries(columns);
  const keys = key.map((column) => all.findIndex(([each]) => each === column));
  for (const row of rows) {
    for (const [at, [column, type]] of all.entries()) {
      const value = row[at] as Value;
      const why = whyUnfit(value, FITS[type]!, keys.includes(at));
      if (why === undefined) continue;
      const where = keys.map((place) => `${all[place]?.[0]} ${String(row[place])}`).join(', ');
      throw new UsageError(
        `the ledger cannot be moved: in ${name}, row ${where}, ${column} ${why}; correct it (docs/several-servers.md, "Moving the ` +
          'ledger"), and run this again',
      );
    }
  }
}

function whyUnfit(value: Value, fits: (value: Value) => boolean, isKey: boolean): string | undefined {
  if (value === null) return isKey ? 'is NULL, and no other ledger can keep a key that is' : undefined;
  if (!fits(value)) return `is ${JSON.stringify(String(value)).slice(0, 60)}, which is not of its type`;
  if (typeof value !== 'string') return undefined;
  if (value.includes('\0')) return 'has a byte of zero, which PostgreSQL takes in no text';
  // What SQLite was given may have been other bytes, which are read as this character.
  return value.includes('\ufffd') ? 'has bytes that are no UTF-8' : undefined;
}
