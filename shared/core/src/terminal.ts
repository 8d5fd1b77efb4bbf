/** Control characters, and those that change the direction of text. */
const CONTROL_CHARACTERS = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const CONTROL_BUT_LINE_ENDS = new RegExp(`(?!\\n)${CONTROL_CHARACTERS.source}`, 'gu');

const writtenOut = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** External text on one line, with control characters escaped as in JSON: `\\u001b[31m`. */
export function escapeControl(text: string): string {
  return text.replace(CONTROL_CHARACTERS, writtenOut);
}

/** The same for a text of several lines. JSON stays JSON. */
export function escapeControlLines(text: string): string {
  return text.replace(CONTROL_BUT_LINE_ENDS, writtenOut);
}
