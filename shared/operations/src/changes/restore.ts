import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { isStem, type LedgerAddress, STAGES, UsageError } from '@lvra/core';
import { Ledger, restoreDatabase } from '@lvra/ledger';
import { DataFolder, takeLocks } from '@lvra/runtime';
import { type DataPaths, isWrittenFolder } from '@lvra/store';
import { unusedName } from './unused-name.js';

/** What was done with the ledger and the files. */
export interface Restored {
  /** The folder with the previous ledger and files. */
  readonly aside: string;
  readonly files: number;
  readonly stems: number;
}

const ALL = ['consumer', ...STAGES, 'tns'] as const;

/**
 * Replaces the ledger by a copy, and moves files that the copy does not know into a separate folder: what was registered
 * after the copy is read again from Kafka, into new stems, and would otherwise be there twice.
 *
 * @param copy undefined for a ledger on a server, whose database was restored there
 * @throws LockHeld if a service, `lvra run` or the Python pipeline works on the data folder
 * @throws UsageError if the copy cannot be used
 */
export async function restore(
  paths: DataPaths,
  vras: readonly string[],
  copy: string | undefined,
  address: LedgerAddress = paths.database,
): Promise<Restored> {
  const locks = takeLocks(paths, ALL, 'exclusive', 'lvra restore');
  try {
    const aside = unusedName((second) => join(paths.beforeRestore, second));
    replaceLedger(address, copy, aside);
    const ledger = await Ledger.open(address, vras, { create: false });
    try {
      await ledger.lock(ALL, 'exclusive', 'lvra restore');
      // Of another data folder it would know no file at all.
      await DataFolder.open(paths, ledger, { mayMark: false });
      return { aside, ...(await moveStrangers(paths.root, aside, (stem) => ledger.verification.stems.knows(stem))) };
    } finally {
      await ledger.close();
      ownAs(paths.root, paths.beforeRestore);
    }
  } finally {
    locks.release();
  }
}

function replaceLedger(address: LedgerAddress, copy: string | undefined, aside: string): void {
  if (typeof address === 'string') {
    if (copy === undefined) throw new UsageError('name the copy that is to take the place of the ledger');
    restoreDatabase(copy, address, join(aside, 'db'));
  } else if (copy !== undefined) {
    throw new UsageError(
      `the ledger is on a server, and ${copy} cannot take its place: restore its database there first, then ` +
        '`lvra restore` without a name moves the files that it does not know',
    );
  }
}

/** Moves the files of unknown stems to the same paths below another folder. */
async function moveStrangers(root: string, aside: string, knows: (stem: string) => Promise<boolean>) {
  const strangers = new Set<string>();
  let files = 0;
  for (const type of readdirSync(root).filter(isWrittenFolder)) {
    for (const path of filesBelow(join(root, type))) {
      const stem = basename(path).slice(0, 'YYYYMMDD_HHMMSS'.length);
      if (!isStem(stem) || (await knows(stem))) continue;
      const to = join(aside, relative(root, path));
      mkdirSync(dirname(to), { recursive: true });
      move(path, to);
      strangers.add(stem);
      files++;
    }
  }
  return { files, stems: strangers.size };
}

/** Folder by folder: there may be millions of them. */
function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/** A folder of the data root may be a link to another volume. */
function move(path: string, to: string): void {
  try {
    renameSync(path, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    cpSync(path, to, { preserveTimestamps: true });
    rmSync(path);
  }
}

/** What root creates in the data folder gets the folder's owner. */
function ownAs(root: string, folder: string): void {
  if (process.getuid?.() !== 0 || !existsSync(folder)) return;
  const { uid, gid } = statSync(root);
  chownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) chownSync(join(entry.parentPath, entry.name), uid, gid);
  }
}
