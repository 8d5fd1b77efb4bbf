import { damaged } from './refusals.js';

/** The most bytes of a varint of 32 bits, and of 64. */
const LONGEST_VARINT = 10;

/** Reads the records of a batch of format 2 one after the other, and never beyond the end of one. */
export class RecordCursor {
  readonly #bytes: Buffer;
  #at = 0;
  /** Of the current record, relative to the batch's. */
  offsetDelta = 0;
  /** ms */
  timestampDelta = 0;
  key: Buffer | null = null;
  value: Buffer | null = null;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** @throws AlertRejected if there is no whole record */
  next(): void {
    const length = this.#varint();
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw this.#cut();
    // The record's attributes, of which Kafka uses none.
    this.#at += 1;
    this.timestampDelta = this.#varint();
    this.offsetDelta = this.#varint();
    this.key = this.#field();
    this.value = this.#field();
    // Headers follow, which are not used.
    if (this.#at > end) throw this.#cut();
    this.#at = end;
  }

  #field(): Buffer | null {
    const length = this.#varint();
    if (length < 0) return null;
    const begin = this.#at;
    this.#at += length;
    return this.#bytes.subarray(begin, this.#at);
  }

  /** Seven bits a byte, the lowest first, and the sign in the lowest of all. */
  #varint(): number {
    let value = 0;
    let weight = 1;
    for (let read = 0; read < LONGEST_VARINT; read++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw this.#cut();
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      weight *= 128;
    }
    throw damaged('one of its records has a number of more than 64 bits');
  }

  #cut() {
    return damaged('one of its records ends after its batch');
  }
}
