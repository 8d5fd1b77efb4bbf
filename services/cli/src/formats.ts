import { styleText } from 'node:util';
import Table from 'cli-table3';

/** `2026-03-01 04:05:06`, UTC, of milliseconds since 1970. */
export function utc(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** `850 ms`, `2.4 s` or `3.5 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** `512 B`, `40.1 kB`; decimal units. */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
  return `${(bytes / 1_000 ** power).toFixed(1)} ${UNITS[power - 1]}`;
}

/** `12,345`, of a whole number. `toLocaleString` would load ICU's tables first, a tenth of `lvra status`. */
export function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

const NOTHING = '';
const NO_LINES = {
  ...{ top: NOTHING, 'top-mid': NOTHING, 'top-left': NOTHING, 'top-right': NOTHING },
  ...{ bottom: NOTHING, 'bottom-mid': NOTHING, 'bottom-left': NOTHING, 'bottom-right': NOTHING },
  ...{ left: NOTHING, 'left-mid': NOTHING, mid: NOTHING, 'mid-mid': NOTHING, right: NOTHING, 'right-mid': NOTHING },
  middle: '  ',
};

/** What a terminal obeys, and what turns the direction of writing. */
const OBEYED = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text from outside on one line, with everything that a terminal would obey written out: `\\x1b[31m`. */
export function visible(text: string): string {
  return text.replace(OBEYED, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** A table without lines, so that grep and awk read it as well as people do. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const printed = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, column) => (right.includes(column) ? 'right' : 'left')),
  });
  printed.push(
    head.map((name) => styleText('bold', name)),
    ...rows.map((row) => row.map(visible)),
  );
  return printed.toString().replace(/ +$/gm, '');
}

/** Everything that `visible` writes out but line ends and our own styles. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about these
const NOT_OURS = /\x1b(?!\[[0-9]{0,2}m)|(?!\x1b|\n)[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Prints to stdout, with a line end. */
export function print(text: string): void {
  process.stdout.write(`${text.replace(NOT_OURS, visible)}\n`);
}
