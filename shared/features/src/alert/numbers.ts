import { decodeString, KIND, type Kind } from '@lvra/alerts';

/** What pandas reads as a missing value (its STR_NA_VALUES); `str` of numpy's NaN is among them. */
const MISSING = new Set(
  ['', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN'].concat([
    '<NA>',
    'N/A',
    'NA',
    'NULL',
    'NaN',
    'None',
    'n/a',
    'nan',
    'null',
  ]),
);

/** `str` of numpy's infinities, and other spellings of them that pandas reads. */
const INFINITE = /^[-+]?inf(inity)?$/i;

const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/**
 * The number of a JSON value. Lasair writes some numbers in quotes, as numpy's `str` does; of those, one that is not
 * finite is missing. A boolean is 1 or 0, as in Python.
 *
 * @returns NaN if it is missing; undefined if the value is no number
 */
export function numberOf(bytes: Buffer, start: number, end: number, kind: Kind): number | undefined {
  switch (kind) {
    case KIND.float:
    case KIND.integer:
      return Number(bytes.toString('latin1', start, end));
    case KIND.null:
    case KIND.nan:
      return Number.NaN;
    case KIND.infinity:
      return Number.POSITIVE_INFINITY;
    case KIND.negativeInfinity:
      return Number.NEGATIVE_INFINITY;
    case KIND.true:
      return 1;
    case KIND.false:
      return 0;
    case KIND.string:
      return quotedNumber(decodeString(bytes, start, end));
    default:
      return undefined;
  }
}

function quotedNumber(text: string): number | undefined {
  if (MISSING.has(text) || INFINITE.test(text)) return Number.NaN;
  return DECIMAL.test(text) ? Number(text) : undefined;
}

/** A JSON value as an error shows it. */
export function shown(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, Math.min(end, start + 40));
}
