/** What a terminal obeys, and what turns the direction of writing. */
const OBEYED = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const OBEYED_BUT_LINE_ENDS = new RegExp(`(?!\\n)${OBEYED.source}`, 'gu');

const writtenOut = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A text from outside on one line, with everything that a terminal would obey written out as JSON does: `\\u001b[31m`. */
export function visible(text: string): string {
  return text.replace(OBEYED, writtenOut);
}

/** The same of a text of several lines. JSON stays JSON. */
export function visibleLines(text: string): string {
  return text.replace(OBEYED_BUT_LINE_ENDS, writtenOut);
}
