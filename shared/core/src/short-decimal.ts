const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const PLUS = 43;
const LARGE_E = 69;
const SMALL_E = 101;

/** The powers of ten that are doubles exactly. */
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/**
 * The number between `start` and `end`, straight from its bytes, if its digits make an integer below 2^53 and its power of
 * ten is at most 22 either way. Both are then exact doubles, so their product or quotient is rounded only once: the
 * result equals Number()'s (W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990).
 *
 * @returns NaN for anything else, which may still be a number
 */
export function shortDecimal(bytes: Uint8Array, start: number, end: number): number {
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
  if (place === digits) return Number.NaN;
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
      if (byte < ZERO || byte > NINE) return Number.NaN;
      exponent = exponent * 10 + (byte - ZERO);
    }
    if (place === exponentDigits) return Number.NaN;
    power += minus ? -exponent : exponent;
  }
  if (place !== end || integer > Number.MAX_SAFE_INTEGER || power > 22 || power < -22) return Number.NaN;
  const value = power < 0 ? integer / (POWERS[-power] as number) : integer * (POWERS[power] as number);
  return negative ? -value : value;
}
