/**
 * The 64-bit ids of Rubin (diaObjectId, diaSourceId).
 *
 * They have 18 digits; a JavaScript number holds 15. An id is therefore a `bigint` or a decimal
 * string everywhere, and these are the only ways between the two.
 */

const LARGEST_INT64 = 9223372036854775807n;

/** A whole positive number as its decimal digits, small enough for a signed 64-bit column. */
const ID_TEXT = /^[1-9][0-9]{0,18}$/;

/**
 * Reads an id from its decimal digits, exactly.
 *
 * @returns undefined if the text is not a positive whole number of at most 63 bits
 */
export function parseId(text: string): bigint | undefined {
  if (!ID_TEXT.test(text)) return undefined;
  const id = BigInt(text);
  return id <= LARGEST_INT64 ? id : undefined;
}
