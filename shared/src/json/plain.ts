import { LONGEST_INTEGER, LONGEST_NUMBER } from './limits.js';

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

/** After a backslash: what stands for one character. */
const SHORT_ESCAPES = new Set([...'"\\/bfnrt'].map((letter) => letter.charCodeAt(0)));

/** What closes each level that is open; no two calls overlap. */
const closings = new Uint8Array(128);

/**
 * Finds the end of an object or a list as Lasair writes it: the quick way. It accepts only what is surely good, and
 * leaves everything else, good or not, to the cursor: a bare Infinity, an odd number, a fault, an end that is not there.
 *
 * One loop without calls or allocations but for strings, numbers and words, which is what makes it quick: some 1.5 ns
 * a byte. A place behind `end` is never returned, though bytes there may be looked at.
 *
 * @param start of its opening bracket
 * @param levels how deep it may be nested, itself included; at most 127
 * @param escapes whether a string may hold any
 * @returns the place behind its closing bracket, or -1 where the cursor must look
 */
export function endOfPlain(bytes: Uint8Array, start: number, end: number, levels: number, escapes: boolean): number {
  let at = start;
  let level = 0;
  for (;;) {
    const first = bytes[at] as number;
    if (first === OPEN_OBJECT || first === OPEN_LIST) {
      if (level === levels) return -1;
      const closing = first === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST;
      closings[++level] = closing;
      at = endOfSpace(bytes, at + 1, end);
      if (bytes[at] !== closing) {
        if (closing === CLOSE_OBJECT) at = endOfKey(bytes, at, end, escapes);
        if (at === -1) return -1;
        continue;
      }
      at++;
      level--;
    } else if (first === QUOTE) at = endOfString(bytes, at, end, escapes);
    else if (first <= NINE) at = endOfNumber(bytes, at);
    else at = endOfWord(bytes, at, first);
    if (at === -1) return -1;
    // What follows a value: the end of as many levels as close here, then the next value or key.
    for (;;) {
      if (level === 0) return at <= end ? at : -1;
      let next = bytes[at] as number;
      if (next <= 0x20) {
        at = endOfSpace(bytes, at, end);
        next = bytes[at] as number;
      }
      at++;
      if (next === COMMA) break;
      if (next !== closings[level]) return -1;
      level--;
    }
    if (bytes[at] === 0x20) at++;
    if ((bytes[at] as number) <= 0x20) at = endOfSpace(bytes, at, end);
    if (closings[level] === CLOSE_OBJECT) at = endOfKey(bytes, at, end, escapes);
    if (at === -1) return -1;
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

/** Where the value begins that belongs to the key at `at`. */
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
    // The four digits of a \u escape are the cursor's to judge.
    if (!escapes || !SHORT_ESCAPES.has(bytes[at + 1] as number)) return -1;
    at++;
  }
  return -1;
}

function endOfNumber(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  const digits = at;
  at = endOfDigits(bytes, at);
  if (at === digits || (bytes[digits] === ZERO && at > digits + 1)) return -1;
  let longest = LONGEST_INTEGER;
  if (bytes[at] === 0x2e) {
    longest = LONGEST_NUMBER;
    const fraction = at + 1;
    at = endOfDigits(bytes, fraction);
    if (at === fraction) return -1;
  }
  if (((bytes[at] as number) | 0x20) === 0x65) {
    longest = LONGEST_NUMBER;
    const sign = bytes[at + 1];
    const exponent = sign === 0x2d || sign === 0x2b ? at + 2 : at + 1;
    at = endOfDigits(bytes, exponent);
    if (at === exponent) return -1;
  }
  return at - start <= longest ? at : -1;
}

function endOfDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while ((bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at++;
  return at;
}

/** NaN, true, false and null. */
function endOfWord(bytes: Uint8Array, at: number, first: number): number {
  const second = bytes[at + 1];
  const third = bytes[at + 2];
  if (first === 0x4e) return second === 0x61 && third === 0x4e ? at + 3 : -1;
  const fourth = bytes[at + 3];
  if (first === 0x66) {
    return second === 0x61 && third === 0x6c && fourth === 0x73 && bytes[at + 4] === 0x65 ? at + 5 : -1;
  }
  if (first === 0x74) return second === 0x72 && third === 0x75 && fourth === 0x65 ? at + 4 : -1;
  if (first === 0x6e) return second === 0x75 && third === 0x6c && fourth === 0x6c ? at + 4 : -1;
  return -1;
}
