import type { Ledger } from '@lvra/ledger';
import type { NightColumns } from './night/night-columns.js';

/** In place of a label: any, or none. */
export const ANY_LABEL = 'with';
export const NO_LABEL = 'without';

/** Those of some rows whose object has the label. */
export async function withLabel(
  ledger: Ledger,
  { columns }: NightColumns,
  rows: Uint32Array,
  wanted: string,
): Promise<Uint32Array> {
  const labels = await ledger.labels.newest();
  return rows.filter((row) => {
    const label = labels.get(columns.object[row] as bigint)?.label;
    return wanted === ANY_LABEL ? label !== undefined : wanted === NO_LABEL ? label === undefined : label === wanted;
  });
}
