import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { table as drawn } from '@lvra/cli';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** The short hash of the measured commit, with `-changed` if tracked files differ from it. */
export function commitAtHand(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: PROJECT, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!bench/results', ':!docs') !== '';
  return git('rev-parse', '--short=8', 'HEAD') + (isChanged ? '-changed' : '');
}

export const machineAtHand = (): string => `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}`;

/** The line below every result. */
export const about = (): string => `${machineAtHand()}, Node ${process.version}, commit ${commitAtHand()}`;

/** Rows under their headings, names to the left and figures to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const right = head.map((_, column) => column).slice(1);
  const cells = rows.map((row) => row.map(String));
  return drawn(head, cells, right, Number.POSITIVE_INFINITY);
}
