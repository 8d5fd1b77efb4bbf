/**
 * Finds the cells of a CSV file (RFC 4180), row by row, in a buffer that is refilled: only one buffer of the file is in
 * memory.
 *
 * Cells are positions in the buffer and become text only on demand, because a model uses only some of the columns. Text
 * is Latin-1, enough for numbers, ids and booleans; `name` decodes names. With the reading of plain numbers it takes 8.8 µs
 * a row of 125 columns; udsv, the quickest library, takes 16.0, a fifth of all CPU of predict more.
 */

/** The longest row that is read, bytes; a longer one means a quote that is never closed. Real rows have 1.5 kB. */
export const LONGEST_ROW = 512 * 1024;

const COMMA = 44;
const QUOTE = 34;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const UTF8_BOM = [0xef, 0xbb, 0xbf];

/** The bytes are not CSV; the message says where, without the file's name. */
export class NotCsv extends Error {
  override readonly name = 'NotCsv';
}

/** Reads the next bytes of the file into `target`. @returns how many; 0 at the end of the file */
export type ReadBytes = (target: Uint8Array) => Promise<number>;

export class CsvScanner {
  /** How many cells the current row has. */
  cells = 0;
  readonly #read: ReadBytes;
  readonly #buffer = Buffer.allocUnsafe(LONGEST_ROW);
  #text = '';
  #filled = 0;
  #position = 0;
  #ended = false;
  #row = 0;
  #starts = new Int32Array(256);
  #ends = new Int32Array(256);

  constructor(read: ReadBytes) {
    this.#read = read;
  }

  /** The number of the current row, from 1, the header; blank lines are not counted. */
  get row(): number {
    return this.#row;
  }

  /** Moves to the next row, reading more if needed. @returns false at the end of the file. @throws NotCsv */
  async advance(): Promise<boolean> {
    while (!this.next()) {
      if (this.#ended) return false;
      await this.#refill();
    }
    return true;
  }

  /**
   * Moves to the next row in memory, skipping blank lines.
   *
   * @returns false if there is none: `advance` reads more
   * @throws NotCsv
   */
  next(): boolean {
    while (this.#position < this.#filled) {
      const begin = this.#position;
      const end = this.#scan(begin);
      if (end < 0) return false;
      this.#position = end;
      const blank = this.cells === 1 && this.start(0) === this.end(0) && this.#buffer[begin] !== QUOTE;
      if (blank) continue;
      this.#row += 1;
      return true;
    }
    return false;
  }

  /** The bytes of the current row's cells, by `start` and `end`; valid until the next row. */
  get bytes(): Uint8Array {
    return this.#buffer;
  }

  /** The position of the cell's first byte, after a quote. */
  start(cell: number): number {
    return this.#starts[cell] as number;
  }

  /** The position after the cell's last byte. */
  end(cell: number): number {
    return this.#ends[cell] as number;
  }

  /** The cell's text; '' for an empty one. */
  text(cell: number): string {
    const start = this.#starts[cell] as number;
    const text = this.#text.slice(start, this.#ends[cell]);
    const quoted = start > 0 && this.#buffer[start - 1] === QUOTE;
    return quoted ? text.replaceAll('""', '"') : text;
  }

  /** The cell's text, decoded as UTF-8. @throws NotCsv if it is not UTF-8 */
  name(cell: number): string {
    const bytes = Buffer.from(this.text(cell), 'latin1');
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (error) {
      throw new NotCsv(`cell ${cell + 1} of row ${this.#row} is not UTF-8 text: save the file as UTF-8`, {
        cause: error,
      });
    }
  }

  /** Keeps the row that is cut at the end of the buffer and reads more after it. */
  async #refill(): Promise<void> {
    const buffer = this.#buffer;
    if (this.#position === 0 && this.#filled === LONGEST_ROW) {
      throw new NotCsv(`row ${this.#row + 1} is longer than ${LONGEST_ROW} bytes; is a quote not closed?`);
    }
    const first = this.#filled === 0;
    buffer.copyWithin(0, this.#position, this.#filled);
    this.#filled -= this.#position;
    this.#position = 0;
    while (this.#filled < LONGEST_ROW && !this.#ended) {
      const count = await this.#read(buffer.subarray(this.#filled));
      this.#ended = count === 0;
      this.#filled += count;
    }
    if (first && this.#filled >= 3 && UTF8_BOM.every((byte, at) => buffer[at] === byte)) this.#position = 3;
    this.#text = buffer.toString('latin1', 0, this.#filled);
  }

  /** Finds the cells of the row that begins at `from`. @returns where the next row begins, or -1 if this one is cut */
  #scan(from: number): number {
    const buffer = this.#buffer;
    const filled = this.#filled;
    let starts = this.#starts;
    let ends = this.#ends;
    let cell = 0;
    let at = from;
    for (;;) {
      if (cell === starts.length) {
        this.#widen();
        starts = this.#starts;
        ends = this.#ends;
      }
      if (at < filled && buffer[at] === QUOTE) {
        const close = this.#closingQuote(at + 1);
        if (close < 0) return -1;
        starts[cell] = at + 1;
        ends[cell] = close;
        at = close + 1;
        if (at < filled && buffer[at] === CARRIAGE_RETURN) at += 1;
      } else {
        const start = at;
        let byte = 0;
        while (at < filled) {
          byte = buffer[at] as number;
          if (byte === COMMA || byte === LINE_FEED) break;
          at += 1;
        }
        const carriageReturn = at > start && byte === LINE_FEED && buffer[at - 1] === CARRIAGE_RETURN;
        starts[cell] = start;
        ends[cell] = carriageReturn ? at - 1 : at;
      }
      cell += 1;
      if (at >= filled) {
        if (!this.#ended) return -1;
        this.cells = cell;
        return at;
      }
      const delimiter = buffer[at];
      at += 1;
      if (delimiter === LINE_FEED) {
        this.cells = cell;
        return at;
      }
      if (delimiter !== COMMA) {
        throw new NotCsv(`cell ${cell} of row ${this.#row + 1} continues after its closing quote`);
      }
    }
  }

  /** @returns where the quoted cell whose content begins at `from` ends, or -1 if the buffer ends before */
  #closingQuote(from: number): number {
    const buffer = this.#buffer;
    for (let at = from; at < this.#filled; at += 1) {
      if (buffer[at] !== QUOTE) continue;
      if (at + 1 >= this.#filled || buffer[at + 1] !== QUOTE) return at;
      at += 1;
    }
    if (this.#ended) throw new NotCsv(`row ${this.#row + 1} has a quote that is not closed`);
    return -1;
  }

  #widen(): void {
    const starts = new Int32Array(this.#starts.length * 2);
    const ends = new Int32Array(starts.length);
    starts.set(this.#starts);
    ends.set(this.#ends);
    this.#starts = starts;
    this.#ends = ends;
  }
}
