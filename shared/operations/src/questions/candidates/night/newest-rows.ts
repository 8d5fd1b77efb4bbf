import type { NightColumns } from './night-columns.js';
import { halvesOf, RowsByKey } from './rows-by-key.js';

/** Which rows of a night are the newest of their objects; it goes on where it was left as rows are added. */
class NewestRows {
  readonly #night: NightColumns;
  readonly #version: number | undefined;
  /** The columns that were looked at; others take their place when they become too short. */
  #columns: NightColumns['columns'] | undefined;
  #byObject!: RowsByKey;
  #isNewest!: Uint8Array;
  #length = 0;
  #count = 0;

  constructor(night: NightColumns, version?: number) {
    this.#night = night;
    this.#version = version;
  }

  /** In no order. @param length how many rows there are; never less than before */
  rows(length: number): Uint32Array {
    if (this.#columns !== this.#night.columns) this.#begin();
    for (; this.#length < length; this.#length++) this.#look(this.#length);
    const rows = new Uint32Array(this.#count);
    for (let row = 0, at = 0; row < length; row++) if (this.#isNewest[row] === 1) rows[at++] = row;
    return rows;
  }

  #begin(): void {
    const { columns } = this.#night;
    this.#columns = columns;
    this.#byObject = new RowsByKey(halvesOf(columns.object), columns.object.length);
    this.#isNewest = new Uint8Array(columns.object.length);
    this.#length = 0;
    this.#count = 0;
  }

  #look(row: number): void {
    const columns = this.#columns as NightColumns['columns'];
    if (this.#version !== undefined && columns.version[row] !== this.#version) return;
    const before = this.#byObject.get(row);
    if (before >= 0 && !isNewer(columns, row, before)) return;
    if (before >= 0) this.#isNewest[before] = 0;
    else this.#count++;
    this.#isNewest[row] = 1;
    this.#byObject.put(row);
  }
}

const OF_ALL_VERSIONS = new WeakMap<NightColumns, NewestRows>();

/** The newest row of each object, of one version or of all; in no order. */
export function newestRows(night: NightColumns, length: number, version: number | undefined): Uint32Array {
  if (version !== undefined) return new NewestRows(night, version).rows(length);
  const newest = OF_ALL_VERSIONS.get(night) ?? new NewestRows(night);
  OF_ALL_VERSIONS.set(night, newest);
  return newest.rows(length);
}

/** As the ledger orders scores: by time where both are known, else and of equals by source; of one source the last ID. */
function isNewer({ midpoint, source, id }: NightColumns['columns'], row: number, than: number): boolean {
  const later = (midpoint[row] as number) - (midpoint[than] as number);
  if (later < 0 || later > 0) return later > 0;
  const [own, other] = [source[row] as bigint, source[than] as bigint];
  return own === other ? (id[row] as bigint) > (id[than] as bigint) : own > other;
}
