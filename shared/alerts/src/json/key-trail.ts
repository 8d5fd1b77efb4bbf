/** Far more than an alert has (about 300); if a text has more, the previous ones are forgotten. */
const MOST_KEYS = 1_024;

/** A key with its quotes and separators has about 20 bytes; a longer one than this is read byte by byte. */
const LONGEST_KEY = 64;

/** Words of four bytes kept of each key, as a power of two. */
const SHIFT = 4;

/**
 * The keys of objects in the order in which they were found, as bytes of the text: `, "psfFlux": `, or `"psfFlux": `
 * for the first of its object. Alerts repeat the same keys in the same order, so the next key is nearly always known,
 * and comparing it four bytes at a time costs a quarter of reading it.
 *
 * A key has a number from 1; 0 means none. The cache only decides what to compare first.
 */
export class KeySequenceCache {
  /** The key that followed each key in its object, when last read. */
  readonly next = new Uint16Array(MOST_KEYS);
  /** The first key of the object, or objects, that were the value of each key; at 0 for a value without a key. */
  readonly inside = new Uint16Array(MOST_KEYS);
  /** The bytes of each key, from its separator to the first byte of its value. */
  readonly lengths = new Uint8Array(MOST_KEYS);
  /** The index of each key among the wanted names, from 1; 0 for none. */
  readonly wanted = new Uint8Array(MOST_KEYS);
  readonly #words = new Int32Array(MOST_KEYS << SHIFT);
  /** The last four bytes of each key. */
  readonly #ends = new Int32Array(MOST_KEYS);
  readonly #known = new Map<string, number>();
  #names: readonly string[];

  /** @param names the keys whose positions are wanted */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Whether the bytes of `key` are at `at`, and end before `end`. */
  isAt(view: DataView, at: number, end: number, key: number): boolean {
    const last = at + (this.lengths[key] as number) - 4;
    if (last + 4 > end) return false;
    let word = key << SHIFT;
    for (let place = at; place < last; place += 4, word++) {
      if (view.getInt32(place, true) !== this.#words[word]) return false;
    }
    return view.getInt32(last, true) === this.#ends[key];
  }

  /**
   * The number of the key with the bytes from `start` to `end`, which are known to be valid; 0 for one that is not
   * kept, because it is long, empty, or has escapes.
   */
  numberOf(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > LONGEST_KEY || end - start < 4) return 0;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    return this.#known.get(text) ?? this.#keep(text);
  }

  #keep(text: string): number {
    if (text.includes('\\')) return 0;
    if (this.#known.size === MOST_KEYS - 1) this.#forget();
    const key = this.#known.size + 1;
    this.#known.set(text, key);
    const bytes = Buffer.from(text, 'latin1');
    const word = key << SHIFT;
    for (let i = 0; i + 4 <= bytes.length; i += 4) this.#words[word + i / 4] = bytes.readInt32LE(i);
    this.#ends[key] = bytes.readInt32LE(bytes.length - 4);
    this.lengths[key] = bytes.length;
    this.wanted[key] = this.#names.indexOf(text.slice(text.indexOf('"') + 1, text.lastIndexOf('"'))) + 1;
    return key;
  }

  #forget(): void {
    this.#known.clear();
    this.next.fill(0);
    this.inside.fill(0);
  }
}
