/** A column of ids as halves of 32 bits, which can be compared without making a bigint of each. */
export function halvesOf(ids: BigInt64Array): Uint32Array {
  return new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2);
}

/** One row a key, found by the key: a hash table without an object a row. */
export class RowsByKey {
  readonly #keys: Uint32Array;
  /** A row and one; 0 is free. */
  readonly #slots: Int32Array;

  /** @param keys of the rows that are put in @param rows how many at most */
  constructor(keys: Uint32Array, rows: number) {
    this.#keys = keys;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(rows, 1) * 2)));
  }

  /** The row with the key of a row of `keys`, by default our own; -1 if there is none. */
  get(row: number, keys: Uint32Array = this.#keys): number {
    return (this.#slots[this.#slotOf(keys[2 * row] as number, keys[2 * row + 1] as number)] as number) - 1;
  }

  /** Puts a row in the place of that with its key. */
  put(row: number): void {
    this.#slots[this.#slotOf(this.#keys[2 * row] as number, this.#keys[2 * row + 1] as number)] = row + 1;
  }

  #slotOf(low: number, high: number): number {
    const last = this.#slots.length - 1;
    const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    for (let slot = (mixed ^ (mixed >>> 15)) & last; ; slot = (slot + 1) & last) {
      const row = (this.#slots[slot] as number) - 1;
      if (row < 0 || (this.#keys[2 * row] === low && this.#keys[2 * row + 1] === high)) return slot;
    }
  }
}
