import type { NightColumns } from './night-columns.js';
import { halvesOf, RowsByKey } from './rows-by-key.js';

/** The newest row of each object among the first `length` rows, of one version or of all; in no order. */
export function newestRows(night: NightColumns, length: number, version: number | undefined): Uint32Array {
  const { columns } = night;
  const newest = new RowsByKey(halvesOf(columns.object), length);
  const isNewest = new Uint8Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (version !== undefined && columns.version[row] !== version) continue;
    const before = newest.get(row);
    if (before >= 0 && !isNewer(columns, row, before)) continue;
    if (before >= 0) isNewest[before] = 0;
    else count++;
    isNewest[row] = 1;
    newest.put(row);
  }
  const rows = new Uint32Array(count);
  for (let row = 0, at = 0; row < length; row++) if (isNewest[row] === 1) rows[at++] = row;
  return rows;
}

/** As the ledger orders scores: by time where both are known, else and of equals by source; of one source the last ID. */
function isNewer({ midpoint, source, id }: NightColumns['columns'], row: number, than: number): boolean {
  const later = (midpoint[row] as number) - (midpoint[than] as number);
  if (later < 0 || later > 0) return later > 0;
  const [own, other] = [source[row] as bigint, source[than] as bigint];
  return own === other ? (id[row] as bigint) > (id[than] as bigint) : own > other;
}
