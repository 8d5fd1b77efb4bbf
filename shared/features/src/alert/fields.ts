import { decodeString, type JsonCursor, type Kind } from '@lvra/alerts';

/** Numbers kept of each field: key start and end, value start and end, kind. */
const STRIDE = 5;

/**
 * The fields of one JSON object as positions in its bytes, in order. Nothing is copied or decoded; the list is reused
 * for each alert and never shrinks.
 */
export class FieldList {
  #places = new Int32Array(256 * STRIDE);
  /** Whether a key has escapes, so that its bytes are not its name. */
  #escapedKeys = false;
  count = 0;

  clear(): void {
    this.count = 0;
    this.#escapedKeys = false;
  }

  /** Takes the key that the cursor has just read; `close` follows when it has read the value. */
  open(cursor: JsonCursor): void {
    const at = this.count * STRIDE;
    if (at === this.#places.length) {
      const wider = new Int32Array(this.#places.length * 2);
      wider.set(this.#places);
      this.#places = wider;
    }
    this.#places[at] = cursor.keyStart;
    this.#places[at + 1] = cursor.keyEnd;
    this.#escapedKeys ||= cursor.escaped;
  }

  /** Adds the field of the last key with the value that the cursor has just read. */
  close(cursor: JsonCursor, kind: Kind): void {
    const at = this.count * STRIDE;
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

  /** The last field called `name`, as in Python for a repeated key; -1 if absent. */
  find(bytes: Uint8Array, name: string): number {
    for (let field = this.count - 1; field >= 0; field--) {
      const found = this.#escapedKeys ? this.nameOf(bytes, field) === name : this.#isSpelled(bytes, field, name);
      if (found) return field;
    }
    return -1;
  }

  nameOf(bytes: Uint8Array, field: number): string {
    return decodeString(bytes, this.keyStart(field) - 1, this.keyEnd(field) + 1);
  }

  #isSpelled(bytes: Uint8Array, field: number, name: string): boolean {
    const start = this.keyStart(field);
    if (this.keyEnd(field) - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name.charCodeAt(i)) return false;
    return true;
  }
}
