/** The other words of Python for numbers, and the other ways of pandas to write a boolean. */
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
 * A cell as a model takes it: a number, 1 for True and 0 for False, NaN where it is missing (empty, or nan in words).
 *
 * @returns undefined where the text is none of these
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
 * True where a text, if it is a number at all, is one in decimal notation. Number() alone would also read 0x1F,
 * Infinity and a blank; a regular expression costs as much again as the number itself.
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
