/** The kind of a JSON value. NaN, Infinity and -Infinity are Python's; Lasair sends NaN. */
export const KIND = {
  object: 1,
  array: 2,
  string: 3,
  /** A number with a fraction or an exponent. */
  float: 4,
  /** A number of digits only, perhaps with a sign; may be a 64-bit id. */
  integer: 5,
  true: 6,
  false: 7,
  null: 8,
  nan: 9,
  infinity: 10,
  negativeInfinity: 11,
} as const;

export type Kind = (typeof KIND)[keyof typeof KIND];
