import { visible, visibleLines } from '@lvra/shared/observe/terminal';
import Table from 'cli-table3';

/** `2026-03-01 04:05:06`, UTC, of milliseconds since 1970. */
export function utc(ms: number): string {
  return iso(ms)?.slice(0, 19).replace('T', ' ') ?? 'no time';
}

/** The same for programs; null where another program has left in the ledger what is no time. */
export function iso(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
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
  printed.push([...head], ...rows.map((row) => row.map(visible)));
  return printed.toString().replace(/ +$/gm, '');
}

/** Prints to stdout, with a line end; what a terminal would obey is written out. */
export function print(text: string): void {
  process.stdout.write(`${visibleLines(text)}\n`);
}

/** Says on stderr what went wrong, on a line of its own. */
export function printTrouble(text: string): void {
  process.stderr.write(`lvra: ${visible(text)}\n`);
}
