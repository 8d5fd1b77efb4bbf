import type { Stage } from '@lvra/shared/stages';

/**
 * What to do, as findings say it. Commands that an operator can copy stand in backticks, in their order; the tests of
 * the damages do all of it, and look whether all is well then.
 */

/** Has a stage do a stem again, or all of them. */
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

/** For a file that nothing can make again. */
export function putBack(path: string): string {
  return `put ${path} back from a copy`;
}

/** For rows that only a copy of the ledger can bring back. */
export const FROM_BACKUP =
  'stop the services, put a copy that lvra backup made in the place of log.db (lvra restore --help says how), look again';

/** A text as a shell takes it for one word. */
export function shellWord(text: string): string {
  if (/^[\w.:/-]+$/.test(text) && !text.startsWith('-')) return text;
  return `-- '${text.replaceAll("'", `'\\''`)}'`;
}
