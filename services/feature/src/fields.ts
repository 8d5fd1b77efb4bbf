import type { JsonCursor } from '@lvra/shared/json/cursor';
import type { Kind } from '@lvra/shared/json/kinds';

/** Numbers kept of each field: key start and end, value start and end, kind. */
const STRIDE = 5;

/**
 * The fields of one JSON object as places in the bytes they were read from, in their order.
 * Nothing is copied or decoded; the list is filled anew for each alert and never shrinks.
 */
export class FieldList {
  #places = new Int32Array(256 * STRIDE);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  /** Adds the field whose key and value the cursor has just read. */
  add(cursor: JsonCursor, keyStart: number, keyEnd: number, kind: Kind): void {
    const at = this.count * STRIDE;
    if (at === this.#places.length) {
      const wider = new Int32Array(this.#places.length * 2);
      wider.set(this.#places);
      this.#places = wider;
    }
    this.#places[at] = keyStart;
    this.#places[at + 1] = keyEnd;
    this.#places[at + 2] = cursor.valueStart;
    this.#places[at + 3] = cursor.valueEnd;
    this.#places[at + 4] = kind;
    this.count++;
  }

  keyStart(field: number): number {
    return this.#places[field * STRIDE] as number;
  }

  keyEnd(field: number): number {
    return this.#places[field * STRIDE + 1] as number;
  }

  valueStart(field: number): number {
    return this.#places[field * STRIDE + 2] as number;
  }

  valueEnd(field: number): number {
    return this.#places[field * STRIDE + 3] as number;
  }

  kind(field: number): Kind {
    return this.#places[field * STRIDE + 4] as Kind;
  }

  /** The last field called `name`, as in Python where a key is repeated; -1 where there is none. */
  find(bytes: Uint8Array, name: string): number {
    for (let field = this.count - 1; field >= 0; field--) {
      const start = this.keyStart(field);
      if (this.keyEnd(field) - start !== name.length) continue;
      let i = 0;
      while (i < name.length && bytes[start + i] === name.charCodeAt(i)) i++;
      if (i === name.length) return field;
    }
    return -1;
  }
}
