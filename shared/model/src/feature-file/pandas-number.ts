/**
 * Numbers as `pandas.read_csv` reads them, which are not always the nearest double: the first 17 digits, leading zeros
 * included, then one multiplication or division by a power of ten (`precise_xstrtod` of pandas 2.3,
 * pandas/_libs/src/parser/tokenizer.c, as it is compiled for x86-64).
 */

const SPACE = 32;
const TAB = 9;
const CARRIAGE_RETURN = 13;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const LARGE_E = 69;
const SMALL_E = 101;

const MOST_DIGITS = 17;
/** Whole numbers of at most as many digits are the same whether pandas takes their column for integers or not. */
const ALWAYS_EXACT = 15;
const GREATEST_POWER = 308;
const POWERS = Float64Array.from({ length: GREATEST_POWER + 1 }, (_, power) => Number(`1e${power}`));

/** What a cell was found to be. */
export const CELL = {
  /** Not a number in digits; it may still be a word: see `pandasWord`. */
  other: 0,
  /** Empty, or a whole number of few digits: it fits a column of integers and any other. */
  plain: 1,
  /** A number with a point or an exponent; its column is no column of integers. */
  decimal: 2,
  /** A whole number of which another double is read where all of its column are whole. */
  longWhole: 3,
} as const;

export type CellKind = (typeof CELL)[keyof typeof CELL];

/** Reads the cell between `start` and `end` as one of a column of floats, and puts its value at `at`. */
export function parsePandasNumber(
  bytes: Uint8Array,
  start: number,
  end: number,
  values: Float32Array | Float64Array,
  at: number,
): CellKind {
  values[at] = Number.NaN;
  if (start === end) return CELL.plain;
  let place = start;
  while (place < end && isSpace(bytes[place] as number)) place += 1;
  const negative = bytes[place] === MINUS;
  if (negative || bytes[place] === PLUS) place += 1;

  let number = 0;
  let digits = 0;
  let power = 0;
  let byte = bytes[place] as number;
  while (place < end && byte >= ZERO && byte <= NINE) {
    if (digits < MOST_DIGITS) {
      number = number * 10 + (byte - ZERO);
      digits += 1;
    } else power += 1;
    place += 1;
    byte = bytes[place] as number;
  }
  let kind: CellKind = digits > ALWAYS_EXACT ? CELL.longWhole : CELL.plain;
  if (place < end && byte === POINT) {
    kind = CELL.decimal;
    place += 1;
    byte = bytes[place] as number;
    while (place < end && byte >= ZERO && byte <= NINE) {
      if (digits < MOST_DIGITS) {
        number = number * 10 + (byte - ZERO);
        digits += 1;
        power -= 1;
      }
      place += 1;
      byte = bytes[place] as number;
    }
  }
  if (digits === 0) return CELL.other;
  if (place < end && (byte === SMALL_E || byte === LARGE_E)) {
    kind = CELL.decimal;
    place += 1;
    byte = bytes[place] as number;
    const minus = byte === MINUS;
    if (minus || byte === PLUS) place += 1;
    const first = place;
    let exponent = 0;
    byte = bytes[place] as number;
    while (place < end && byte >= ZERO && byte <= NINE) {
      exponent = exponent * 10 + (byte - ZERO);
      place += 1;
      byte = bytes[place] as number;
    }
    if (place === first) return CELL.other;
    power += minus ? -exponent : exponent;
  }
  while (place < end && isSpace(bytes[place] as number)) place += 1;
  if (place !== end) return CELL.other;
  values[at] = scaled(negative ? -number : number, power);
  return kind;
}

function scaled(number: number, power: number): number {
  if (power === 0) return number;
  if (power < 0 && power >= -GREATEST_POWER) return number / (POWERS[-power] as number);
  if (power > 0 && power <= GREATEST_POWER) return number * (POWERS[power] as number);
  if (power > 0) return number === 0 ? 0 : number * Number.POSITIVE_INFINITY;
  // Below the least double even 17 digits are nothing.
  if (power < -2 * GREATEST_POWER) return 0;
  return number / (POWERS[-power - GREATEST_POWER] as number) / (POWERS[GREATEST_POWER] as number);
}

function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= TAB && byte <= CARRIAGE_RETURN);
}
