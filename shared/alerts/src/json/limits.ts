/** Values beyond these limits are rejected although they are JSON: some readers of a batch file cannot handle them. */

/** Levels. Far deeper than any alert (4), and shallow enough for every reader, Python's included. */
export const MAX_DEPTH = 100;
/** The digits of the largest unsigned 64-bit integer; pandas cannot read a longer one. */
export const MAX_INTEGER_CHARS = 20;
/** Python refuses to read integers of thousands of digits; no double needs more characters than this. */
export const LONGEST_NUMBER = 400;
