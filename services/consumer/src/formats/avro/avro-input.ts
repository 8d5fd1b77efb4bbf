/** The bytes are not what the schema says. */
export class NotAvro extends Error {
  override readonly name = 'NotAvro';
}

/**
 * Reads Avro's binary encoding, and never beyond its end: a flipped bit in the count of a list must end in an error,
 * not in a list of a billion items.
 */
export class AvroInput {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Starts over with other bytes, at a position in them. */
  reset(bytes: Buffer, at: number): void {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** @throws NotAvro if something is left */
  finish(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new NotAvro(`${left} bytes are left after the end of the alert`);
  }

  boolean(): boolean {
    const byte = this.#byte();
    if (byte > 1) throw new NotAvro(`a boolean at byte ${this.#at - 1} is ${byte}`);
    return byte === 1;
  }

  /** An int or a long as decimal text: ids have more digits than a double keeps. */
  integer(): string {
    let value = 0;
    let weight = 1;
    // Seven groups of seven bits fit a double.
    for (let group = 0; group < 7; group++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * weight;
      weight *= 128;
      if (byte < 0x80) return String(value % 2 === 0 ? value / 2 : -(value + 1) / 2);
    }
    return this.#long(BigInt(value));
  }

  /** The rest of a long of which the lowest 49 bits are known. */
  #long(low: bigint): string {
    let value = low;
    for (let shift = 49n; ; shift += 7n) {
      const byte = this.#byte();
      if (shift === 63n && byte > 1) throw new NotAvro(`a long before byte ${this.#at} has more than 64 bits`);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return String(value & 1n ? -((value + 1n) >> 1n) : value >> 1n);
    }
  }

  /** A small number: the alternative of a union, the symbol of an enum, a length. */
  small(): number {
    const byte = this.#byte();
    // Nearly always one byte.
    if (byte < 0x80) return byte & 1 ? -(byte + 1) / 2 : byte / 2;
    this.#at--;
    return Number(this.integer());
  }

  float(): number {
    return this.#bytes.readFloatLE(this.#step(4));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#step(8));
  }

  /** A view of the message's bytes, not a copy. */
  bytes(): Buffer {
    return this.fixed(this.#length());
  }

  fixed(length: number): Buffer {
    const begin = this.#step(length);
    return this.#bytes.subarray(begin, begin + length);
  }

  string(): string {
    const length = this.#length();
    const begin = this.#step(length);
    return this.#bytes.toString('utf8', begin, begin + length);
  }

  /** Calls `read` for each item of an array or map. */
  items(read: () => void): void {
    for (;;) {
      let count = this.small();
      if (count === 0) return;
      if (count < 0) {
        count = -count;
        this.integer();
      }
      // An item has a byte at least.
      if (count > this.#bytes.length - this.#at)
        throw new NotAvro(`a list of ${count} items is longer than the message`);
      for (let item = 0; item < count; item++) read();
    }
  }

  #length(): number {
    const length = this.small();
    if (length < 0) throw new NotAvro(`a length before byte ${this.#at} is ${length}`);
    return length;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw this.#cut();
    return byte;
  }

  #step(length: number): number {
    const begin = this.#at;
    this.#at = begin + length;
    if (this.#at > this.#bytes.length) throw this.#cut();
    return begin;
  }

  #cut(): NotAvro {
    return new NotAvro(`the message is cut: it ends at byte ${this.#bytes.length}, within the alert`);
  }
}
