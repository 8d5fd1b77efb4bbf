import { decodeString } from '@lvra/shared/json/keys';
import { KIND, type Kind } from '@lvra/shared/json/kinds';

const TRUE = Buffer.from('True');
const FALSE = Buffer.from('False');
const EMPTY = Buffer.alloc(0);
const INFINITY = Buffer.from('inf');
const NEGATIVE_INFINITY = Buffer.from('-inf');

/** The decimal digits that a double can need; a number with more is written again with as many as it does need. */
const DIGITS_OF_A_DOUBLE = 17;

/**
 * The CSV cell of a value that is not copied as it stands: pandas' words for booleans and infinities, nothing for
 * null and NaN, text quoted where RFC 4180 asks for it.
 *
 * @returns undefined where the value's own bytes are its cell
 */
export function cellOf(bytes: Buffer, start: number, end: number, kind: Kind): Buffer | undefined {
  switch (kind) {
    case KIND.integer:
      return undefined;
    case KIND.float:
      return end - start <= DIGITS_OF_A_DOUBLE || significantDigits(bytes, start, end) <= DIGITS_OF_A_DOUBLE
        ? undefined
        : numberCell(Number(bytes.toString('latin1', start, end)));
    case KIND.true:
      return TRUE;
    case KIND.false:
      return FALSE;
    case KIND.null:
    case KIND.nan:
      return EMPTY;
    case KIND.infinity:
      return INFINITY;
    case KIND.negativeInfinity:
      return NEGATIVE_INFINITY;
    case KIND.string:
      return textCell(decodeString(bytes, start, end));
    case KIND.object:
    case KIND.array:
      return textCell(bytes.toString('utf8', start, end));
  }
}

/** The shortest text that is the same double again; a number beyond the range of doubles is infinite, as in Python. */
function numberCell(value: number): Buffer {
  if (value === Number.POSITIVE_INFINITY) return INFINITY;
  return value === Number.NEGATIVE_INFINITY ? NEGATIVE_INFINITY : Buffer.from(String(value));
}

/** Quotes a text where it must be; NUL, which no CSV reader takes, becomes the replacement character. */
export function textCell(text: string): Buffer {
  const clean = text.replaceAll('\0', '\ufffd');
  return Buffer.from(/[",\r\n]/.test(clean) ? `"${clean.replaceAll('"', '""')}"` : clean);
}

function significantDigits(bytes: Buffer, start: number, end: number): number {
  let digits = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === 0x65 || byte === 0x45) break;
    // Zeros before the first other digit are not significant.
    if (byte >= 0x30 && byte <= 0x39 && (digits > 0 || byte !== 0x30)) digits++;
  }
  return digits;
}
