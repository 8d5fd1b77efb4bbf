import { JsonError, JsonTruncated } from './errors.js';

/** Whether the letters of `word` are at `at`. */
export function isWord(bytes: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false;
  return true;
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;

/** The end of the digits that begin at `from`: at least one, with another byte after the last. */
export function endOfDigits(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(bytes[at] as number)) at++;
  if (at >= end) throw new JsonTruncated(end);
  if (at === from) throw new JsonError('a number without digits', from);
  return at;
}

/** The length of the escape whose backslash is at `at`. */
export function escapeLength(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) throw new JsonTruncated(end);
  const letter = String.fromCharCode(bytes[at + 1] as number);
  if (letter !== 'u') {
    if (!'"\\/bfnrt'.includes(letter)) throw new JsonError('an unknown escape in a string', at);
    return 2;
  }
  for (let i = at + 2; i < at + 6; i++) {
    if (i >= end) throw new JsonTruncated(end);
    const byte = bytes[i] as number;
    const lower = byte | 0x20;
    if (!isDigit(byte) && !(lower >= 0x61 && lower <= 0x66)) {
      throw new JsonError('a broken \\u escape in a string', at);
    }
  }
  return 6;
}

/** The end of the value at `start`, by brackets and quotes alone; a scalar ends before the next comma or bracket. */
export function endOfUnchecked(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x22) inString = !inString;
    else if (inString) at += byte === 0x5c ? 1 : 0;
    else if (byte === 0x5b || byte === 0x7b) depth++;
    else if (depth === 0 && (byte === 0x2c || byte === 0x5d || byte === 0x7d)) return at;
    else if ((byte === 0x5d || byte === 0x7d) && --depth === 0) return at + 1;
  }
  throw new JsonTruncated(end);
}
