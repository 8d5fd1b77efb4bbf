/** The bytes are not ONNX, or hold what is not allowed; the message says what. */
export class OnnxRefused extends Error {
  override readonly name = 'OnnxRefused';
}

/** How a field of a message is written. */
export const WIRE = { varint: 0, eightBytes: 1, lengthDelimited: 2, fourBytes: 5 } as const;

/**
 * The fields of a protobuf message, one after the other, without a copy: `next` moves to the next one. A model has a
 * million of them, so nothing is allocated for each.
 */
export class Fields {
  /** The field's number, and how it is written. */
  field = 0;
  wire = 0;
  /** Of a varint: its lower 32 bits, whether it has more, and whether it is not 0. */
  low = 0;
  isLong = false;
  isSet = false;
  /** Of all others: where their bytes begin and end. */
  begin = 0;
  end = 0;
  #at: number;
  readonly #end: number;

  constructor(
    readonly bytes: Uint8Array,
    from = 0,
    end = bytes.length,
  ) {
    this.#at = from;
    this.#end = end;
  }

  /**
   * Moves to the next field.
   *
   * @returns whether there is one
   * @throws OnnxRefused if it is cut, or none
   */
  next(): boolean {
    if (this.#at === this.#end) return false;
    this.#varint();
    this.field = this.low >>> 3;
    this.wire = this.low & 7;
    if (this.wire === WIRE.varint) {
      this.#varint();
      return true;
    }
    this.begin = this.#at;
    if (this.wire === WIRE.eightBytes) this.end = this.begin + 8;
    else if (this.wire === WIRE.fourBytes) this.end = this.begin + 4;
    else if (this.wire === WIRE.lengthDelimited) {
      this.#varint();
      this.begin = this.#at;
      this.end = this.isLong ? Number.POSITIVE_INFINITY : this.begin + this.low;
    } else throw new OnnxRefused(`it is not ONNX: there is no field at byte ${this.#at - 1}`);
    if (this.end > this.#end) throw new OnnxRefused(`it is not ONNX: a field is cut at byte ${this.begin}`);
    this.#at = this.end;
    return true;
  }

  /** The fields of the message in this field. */
  inner(): Fields {
    return new Fields(this.bytes, this.begin, this.end);
  }

  text(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.begin, this.end - this.begin).toString();
  }

  #varint(): void {
    const from = this.#at;
    this.low = 0;
    this.isLong = false;
    this.isSet = false;
    for (let at = from; at < this.#end && at < from + 10; at += 1) {
      const byte = this.bytes[at] as number;
      const part = byte & 0x7f;
      const shift = 7 * (at - from);
      if (part !== 0) {
        this.isSet = true;
        if (shift < 28) this.low |= part << shift;
        else if (shift === 28) {
          this.low |= (part & 0xf) << 28;
          if (part > 0xf) this.isLong = true;
        } else this.isLong = true;
      }
      if (byte < 0x80) {
        this.low >>>= 0;
        this.#at = at + 1;
        return;
      }
    }
    throw new OnnxRefused(`it is not ONNX: a number is cut at byte ${from}`);
  }
}
