import { KeySequenceCache } from './key-trail.js';
import { LONGEST_NUMBER, MAX_INTEGER_CHARS } from './limits.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** Four bytes of text, read as one little-endian number. */
const word = (text: string) => Buffer.from(text).readInt32LE();
const FALS = word('fals');
const TRUE = word('true');
const NULL = word('null');
const FOUR_ZEROS = word('0000');
const UPPER_HALVES = 0xf0f0f0f0 | 0;

/** Letters that form a one-character escape after a backslash. */
const SHORT_ESCAPES = new Set([...'"\\/bfnrt'].map((letter) => letter.charCodeAt(0)));

/**
 * The fast path through objects and lists as Lasair writes them. It accepts only what is certainly valid, and leaves
 * everything else to the cursor: a bare Infinity, an unusual number, an error, a missing end.
 *
 * It is fast because it is one loop without allocations, and by its cache of keys. It never returns a position after
 * the end, though it may read bytes there.
 */
export class FastScanner {
  /**
   * The position of each wanted name's value, or of white space before it, in the flat object read last; -1 if missing.
   */
  readonly places: Int32Array;
  readonly #trail: KeySequenceCache;
  /** The closing byte of each open level, and the key whose value it is in. */
  readonly #closings = new Uint8Array(128);
  readonly #holders = new Uint16Array(128);
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** @param names the keys whose positions are wanted; the last one of a repeated key */
  constructor(names: readonly string[] = []) {
    this.#trail = new KeySequenceCache(names);
    this.places = new Int32Array(names.length);
  }

  /**
   * @param start of the opening bracket
   * @param levels the most levels, itself included; at most 127
   * @returns the position after its closing bracket, or -1 if the cursor must read it
   */
  endOf(bytes: Uint8Array, start: number, end: number, levels: number): number {
    return this.#scan(bytes, start, end, levels, false);
  }

  /** As `endOf`, for an object that holds no object, list or escape; sets `places` to its wanted values. */
  endOfFlat(bytes: Uint8Array, start: number, end: number): number {
    this.places.fill(-1);
    return this.#scan(bytes, start, end, 1, true);
  }

  #scan(bytes: Uint8Array, start: number, end: number, levels: number, flat: boolean): number {
    const trail = this.#trail;
    const { next, inside, wanted, lengths } = trail;
    const closings = this.#closings;
    const holders = this.#holders;
    const view = this.#viewOf(bytes);
    const { places } = this;
    let at = start;
    let level = 0;
    /** The key whose value is read, or was read last. */
    let key = 0;
    values: for (;;) {
      let first = bytes[at] as number;
      if (first <= 0x20) {
        at = endOfSpace(bytes, at, end);
        first = bytes[at] as number;
      }
      let opened = false;
      if (first === OPEN_OBJECT || first === OPEN_LIST) {
        if (level === levels) return -1;
        holders[++level] = key;
        at++;
        opened = first === OPEN_OBJECT;
        closings[level] = opened ? CLOSE_OBJECT : CLOSE_LIST;
        if (!opened) {
          at = endOfSpace(bytes, at, end);
          if (bytes[at] !== CLOSE_LIST) continue;
          at++;
          level--;
        }
      } else if (first === QUOTE) at = endOfString(bytes, at, end, !flat);
      else if (first <= NINE) at = endOfNumber(bytes, view, at, end);
      else at = endOfWord(bytes, view, at, first, end);
      if (at === -1) return -1;
      // After a value: the ends of the levels that close here, then the next value or key.
      for (;;) {
        if (level === 0) return at <= end ? at : -1;
        const from = at;
        if (closings[level] === CLOSE_OBJECT) {
          const likely = (opened ? inside[key] : next[key]) as number;
          if (likely !== 0 && trail.isAt(view, at, end, likely)) {
            at += lengths[likely] as number;
            key = likely;
            if (flat && wanted[key] !== 0) places[(wanted[key] as number) - 1] = at;
            continue values;
          }
        }
        let follows = bytes[at] as number;
        if (follows <= 0x20) {
          at = endOfSpace(bytes, at, end);
          follows = bytes[at] as number;
        }
        if (!opened || follows === CLOSE_OBJECT) {
          at++;
          if (follows === closings[level]) {
            key = holders[level--] as number;
            opened = false;
            continue;
          }
          if (follows !== COMMA) return -1;
          at = endOfSpace(bytes, at, end);
        }
        if (closings[level] === CLOSE_LIST) continue values;
        at = endOfKey(bytes, at, end, !flat);
        if (at === -1) return -1;
        const found = trail.numberOf(bytes, from, at);
        if (found === 0 && flat) return -1;
        (opened ? inside : next)[key] = found;
        key = found;
        if (flat && wanted[key] !== 0) places[(wanted[key] as number) - 1] = at;
        continue values;
      }
    }
  }

  #viewOf(bytes: Uint8Array): DataView {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return this.#view;
  }
}

function endOfSpace(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at++;
  }
  return at;
}

/** The position of the value of the key at `at`. */
function endOfKey(bytes: Uint8Array, at: number, end: number, escapes: boolean): number {
  if (bytes[at] !== QUOTE) return -1;
  const behind = endOfString(bytes, at, end, escapes);
  if (behind === -1 || bytes[behind] !== COLON) return -1;
  return bytes[behind + 1] === 0x20 ? behind + 2 : endOfSpace(bytes, behind + 1, end);
}

function endOfString(bytes: Uint8Array, start: number, end: number, escapes: boolean): number {
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return -1;
    if (byte !== BACKSLASH) continue;
    // The cursor checks the four digits of a \u escape.
    if (!escapes || !SHORT_ESCAPES.has(bytes[at + 1] as number)) return -1;
    at++;
  }
  return -1;
}

function endOfNumber(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  const digits = at;
  at = endOfDigits(bytes, view, at, end);
  if (at === digits || (bytes[digits] === ZERO && at > digits + 1)) return -1;
  let longest = MAX_INTEGER_CHARS;
  if (bytes[at] === 0x2e) {
    longest = LONGEST_NUMBER;
    const fraction = at + 1;
    at = endOfDigits(bytes, view, fraction, end);
    if (at === fraction) return -1;
  }
  if (((bytes[at] as number) | 0x20) === 0x65) {
    longest = LONGEST_NUMBER;
    const sign = bytes[at + 1];
    const exponent = sign === 0x2d || sign === 0x2b ? at + 2 : at + 1;
    at = endOfDigits(bytes, view, exponent, end);
    if (at === exponent) return -1;
  }
  return at - start <= longest ? at : -1;
}

/**
 * Four digits at a time: a byte is 0x30 to 0x39 if its upper half is 3, also after adding 6. The lowest differing bit
 * gives the first other byte, without a branch to mispredict.
 */
function endOfDigits(bytes: Uint8Array, view: DataView, from: number, end: number): number {
  let at = from;
  for (; at + 4 <= end; at += 4) {
    const four = view.getInt32(at, true);
    const others = ((four & UPPER_HALVES) ^ FOUR_ZEROS) | (((four + 0x06060606) & UPPER_HALVES) ^ FOUR_ZEROS);
    if (others !== 0) return at + ((31 - Math.clz32(others & -others)) >> 3);
  }
  while ((bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at++;
  return at;
}

/** NaN, true, false and null. */
function endOfWord(bytes: Uint8Array, view: DataView, at: number, first: number, end: number): number {
  if (first === 0x4e) return bytes[at + 1] === 0x61 && bytes[at + 2] === 0x4e ? at + 3 : -1;
  if (at + 4 > end) return -1;
  const four = view.getInt32(at, true);
  if (four === FALS) return bytes[at + 4] === 0x65 ? at + 5 : -1;
  return four === TRUE || four === NULL ? at + 4 : -1;
}
