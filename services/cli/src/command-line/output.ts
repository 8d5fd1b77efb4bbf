import { escapeControl, escapeControlLines } from '@lvra/core';
import { iso } from '@lvra/operations';
import { asCalled } from './called-as.js';

/** `2026-03-01 04:05:06`, UTC, of milliseconds since 1970 or an ISO 8601 time; null and NaN are no time. */
export function utc(time: number | string | null): string {
  const text = typeof time === 'number' ? iso(time) : time;
  return text?.slice(0, 19).replace('T', ' ') ?? 'no time';
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

/** `1 stem`, `12,345 stems`. */
export function counted(number: number, name: string): string {
  return `${count(number)} ${name}${number === 1 ? '' : 's'}`;
}

/**
 * A table without lines, so that grep and awk can read it too. If the terminal is narrower than the table, each
 * row becomes a record with a line for each of its cells: nothing is cut off.
 *
 * @param right the columns that are aligned to the right
 * @param width of the terminal; none if stdout is a file or a pipe
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
  width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY,
): string {
  const cells = rows.map((row) => row.map(escapeControl));
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const lines = [head, ...cells].map((row) =>
    row
      .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  return lines.every((line) => line.length <= width) ? lines.join('\n') : records(head, cells);
}

function records(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const longest = Math.max(...head.map((name) => name.length));
  return rows
    .map((row) =>
      row.flatMap((cell, column) => (cell === '' ? [] : [`${head[column]!.padEnd(longest)}  ${cell}`])).join('\n'),
    )
    .join('\n\n');
}

/** Prints to stdout, with a line end; control characters are escaped, and hints name the command as it was called. */
export function print(text: string): void {
  process.stdout.write(`${escapeControlLines(asCalled(text))}\n`);
}

/** Prints for programs. Ids must be strings in it: most readers of JSON round large numbers. */
export function printJson(value: object): void {
  process.stdout.write(`${escapeControlLines(JSON.stringify(value, null, 2))}\n`);
}

/** Prints an error to stderr, on its own line. */
export function printError(text: string): void {
  process.stderr.write(`lvra: ${escapeControl(asCalled(text))}\n`);
}
