const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const PLUS = 43;
const LARGE_E = 69;
const SMALL_E = 101;
const FALSE = Buffer.from('False');
const TRUE = Buffer.from('True');

/** The powers of ten that are doubles exactly. */
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/**
 * Reads the most common cells straight from their bytes: empty, False, True, and numbers whose digits make an integer
 * below 2^53 and whose power of ten is at most 22 either way. Both are then exact doubles, so their product or quotient
 * is rounded only once: the result equals Number()'s (W. D. Clinger, "How to read floating point numbers accurately",
 * PLDI 1990).
 *
 * @param values gets the value at `at`: NaN if the cell is empty, 1 for True, 0 for False
 * @returns false for any other cell, which may still be a value: see `featureValue`
 */
export function parseSimpleNumber(
  bytes: Uint8Array,
  start: number,
  end: number,
  values: Float32Array | Float64Array,
  at: number,
): boolean {
  if (start === end) {
    values[at] = Number.NaN;
    return true;
  }
  const negative = bytes[start] === MINUS;
  let place = negative ? start + 1 : start;
  const digits = place;
  let integer = 0;
  let byte = bytes[place] as number;
  while (place < end && byte >= ZERO && byte <= NINE) {
    integer = integer * 10 + (byte - ZERO);
    place += 1;
    byte = bytes[place] as number;
  }
  if (place === digits) return readBoolean(bytes, start, end, values, at);
  let power = 0;
  if (place < end && byte === POINT) {
    place += 1;
    const fraction = place;
    byte = bytes[place] as number;
    while (place < end && byte >= ZERO && byte <= NINE) {
      integer = integer * 10 + (byte - ZERO);
      place += 1;
      byte = bytes[place] as number;
    }
    power = fraction - place;
  }
  if (place < end && (byte === SMALL_E || byte === LARGE_E)) {
    place += 1;
    const minus = bytes[place] === MINUS;
    if (minus || bytes[place] === PLUS) place += 1;
    const exponentDigits = place;
    let exponent = 0;
    for (; place < end; place += 1) {
      byte = bytes[place] as number;
      if (byte < ZERO || byte > NINE) return false;
      exponent = exponent * 10 + (byte - ZERO);
    }
    if (place === exponentDigits) return false;
    power += minus ? -exponent : exponent;
  }
  if (place !== end || integer > Number.MAX_SAFE_INTEGER || power > 22 || power < -22) return false;
  const value = power < 0 ? integer / (POWERS[-power] as number) : integer * (POWERS[power] as number);
  values[at] = negative ? -value : value;
  return true;
}

function readBoolean(
  bytes: Uint8Array,
  start: number,
  end: number,
  values: Float32Array | Float64Array,
  at: number,
): boolean {
  const isFalse = equals(bytes, start, end, FALSE);
  if (!isFalse && !equals(bytes, start, end, TRUE)) return false;
  values[at] = isFalse ? 0 : 1;
  return true;
}

function equals(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start !== word.length) return false;
  for (let at = 0; at < word.length; at += 1) if (bytes[start + at] !== word[at]) return false;
  return true;
}
