import type { Ledger } from '@lvra/ledger';
import { inHistories } from './histories.js';
import { type NightColumns, NOT_ASKED } from './night/night-columns.js';

/** How many objects' scores are read at once: a second's work where each has a dozen. */
export const MOST_CHANGES = 10_000;

/** Fills in the changes of some rows, which stay as they were found. */
export async function findChanges(ledger: Ledger, vra: string, night: NightColumns, rows: Uint32Array): Promise<void> {
  const { columns } = night;
  const unknown = rows.filter((row) => columns.change[row] === NOT_ASKED);
  const byObject = new Map<bigint, bigint[]>();
  for (const row of unknown) {
    const [object, id] = [columns.object[row] as bigint, columns.id[row] as bigint];
    const ids = byObject.get(object);
    if (ids) ids.push(id);
    else byObject.set(object, [id]);
  }
  const found = await inHistories(ledger, vra, byObject);
  // Longer columns may have taken the place of those before.
  const { change } = night.columns;
  for (const row of unknown) change[row] = found.get(columns.id[row] as bigint)?.change ?? Number.NaN;
}
