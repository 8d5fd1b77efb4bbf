import type { Stage } from '@lvra/core';

/**
 * The advice of findings. Commands to copy are in backticks, in their order; the damage tests follow all of it and check
 * that nothing is wrong afterwards.
 */

/** Advises to have one stage or all stages do a stem again. */
export function doAgain(stem: string, stage?: Stage): string {
  return `\`lvra retry ${stem}${stage === undefined ? '' : ` --stage ${stage}`} --force\``;
}

/** Removes scores, and has what is missing then made again. */
export function forgetScores(ids: readonly bigint[], stem: string | undefined): string {
  const again = stem === undefined ? '' : `, then ${doAgain(stem)}`;
  return `with the services stopped \`lvra forget scores ${ids.join(' ')}\`${again}`;
}

/** Removes threshold flags, and has what is missing then made again. */
export function forgetFlags(ids: readonly bigint[], stem: string | undefined): string {
  const again = stem === undefined ? '' : `, then ${doAgain(stem, 'feature')}`;
  return `\`lvra forget flags ${ids.join(' ')}\`${again}`;
}

/** For a file that cannot be made again. */
export function putBack(path: string): string {
  return `put ${path} back from a copy`;
}

/** For rows that only a copy of the ledger has. */
export const FROM_BACKUP =
  'stop the services, put a copy that lvra backup made in the place of log.db (lvra restore --help says how), look again';

/** Quotes a text as one word for a shell. */
export function shellWord(text: string): string {
  if (/^[\w.:/-]+$/.test(text) && !text.startsWith('-')) return text;
  return `-- '${text.replaceAll("'", `'\\''`)}'`;
}
