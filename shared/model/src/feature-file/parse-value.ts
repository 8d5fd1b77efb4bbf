/** Python's other words for numbers, and pandas' other forms of a boolean. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['NaN', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['true', 1],
  ['TRUE', 1],
  ['false', 0],
  ['FALSE', 0],
]);

/**
 * A cell as a number for a model: 1 for True and 0 for False, NaN if missing (empty, or the word nan).
 *
 * @returns undefined if the text is none of these
 */
export function featureValue(text: string): number | undefined {
  if (text === '') return Number.NaN;
  if (text === 'False') return 0;
  if (text === 'True') return 1;
  if (!beginsDecimal(text)) return WORDS.get(text);
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}

/**
 * Whether a text, if it is a number, is in decimal notation. Number() alone would also accept 0x1F, Infinity and a
 * blank; a regular expression would double the cost.
 */
function beginsDecimal(text: string): boolean {
  const first = text.charCodeAt(0);
  if (!isDigit(first) && first !== 45 && first !== 43 && first !== 46) return false;
  if (text.length === 1) return true;
  const second = text.charCodeAt(1);
  return isDigit(second) || second === 46 || second === 101 || second === 69;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
