import { access } from 'node:fs/promises';
import { isUnreadable } from '@lvra/alerts';
import { isStem, messageOf } from '@lvra/core';
import type { NightSpan } from '@lvra/operations';
import type { Column, Rows } from '../table.js';
import { RowsOf } from './columns.js';
import type { NightTable, Source } from './night-table.js';

/** A stem and its file, which is there. */
export interface StemFile {
  readonly stem: string;
  readonly path: string;
}

/**
 * The files of a night's stems, oldest first, and the stems without one.
 *
 * @param isMade whether the file of a stem was made: if it is not there, it is gone
 */
export async function filesOf(
  { ledger }: Pick<Source, 'ledger'>,
  night: NightSpan,
  pathOf: (stem: string) => string,
  isMade: (stem: string) => boolean = () => true,
): Promise<{ files: readonly StemFile[] } & Pick<NightTable, 'gone' | 'unmade'>> {
  const files: StemFile[] = [];
  const gone: string[] = [];
  const unmade: string[] = [];
  for (const { stem } of await ledger.nights.stems(night)) {
    if (!isStem(stem)) continue;
    const path = pathOf(stem);
    if (await isThere(path)) files.push({ stem, path });
    else (isMade(stem) ? gone : unmade).push(stem);
  }
  return { files, gone, unmade };
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    // Another error is told where the file is read.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

/** Whether an error is the file system's. */
export function isOfFile(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code !== undefined && syscall !== undefined;
}

const ROWS_AT_ONCE = 2_000;

/**
 * The rows of one batch file after the other. Of one that cannot be read to its end there are those before, and it is noted.
 *
 * @param read adds the rows of a file, and yields whenever some may be passed on
 */
export async function* rowsOfEach(
  files: readonly StemFile[],
  columns: readonly Column[],
  unreadable: string[],
  read: (file: StemFile, rows: RowsOf) => AsyncIterable<void>,
): AsyncGenerator<Rows> {
  const rows = new RowsOf(columns);
  for (const file of files) {
    try {
      for await (const _ of read(file, rows)) if (rows.count >= ROWS_AT_ONCE) yield rows.take();
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      unreadable.push(`${file.path} cannot be read: ${messageOf(error)}`);
    }
  }
  if (rows.count > 0) yield rows.take();
}
