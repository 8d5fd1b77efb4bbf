import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, UsageError } from '@lvra/core';
import type { Ledger } from '@lvra/ledger';
import {
  type DataPaths,
  type FolderMark,
  markFolder,
  readFolderMark,
  timeOfMark,
  VISIBLE_WITHIN_MS,
} from '@lvra/store';

/** The shared data folder is not where it was: its volume was unmounted, or its server does not answer for it. */
export class FolderGone extends Error {
  override readonly name = 'FolderGone';
}

const LOOK_AGAIN_MS = 500;

/**
 * Proves that a folder is the one that all hosts of a ledger share, by a file in it that the ledger knows. The first
 * service on a new ledger marks the folder.
 *
 * @param mayMark whether to mark it if it has no mark yet
 * @returns its mark; undefined if no host has marked one, and this one may not
 * @throws UsageError if it is another folder
 */
export async function proveFolder(paths: DataPaths, ledger: Ledger, mayMark: boolean): Promise<FolderMark | undefined> {
  const marked = await ledger.marked();
  if (marked === undefined && mayMark) await markFolder(paths, { ledger: ledger.id, at: timeOfMark() });
  const mark = await readWhileNew(paths, marked);
  if (mark === undefined && marked === undefined) return undefined;
  const whose = `the folder that all hosts of the ledger ${ledger.name} share`;
  const advice = 'mount that one at the same path on each host (docs/several-servers.md, The shared folder)';
  if (mark === undefined) {
    throw new UsageError(
      `${paths.root} is not ${whose}: ${paths.mark} is missing. Is its volume mounted? If not, ${advice}`,
    );
  }
  if (mark.ledger !== ledger.id) {
    const [its, ours] = [mark.ledger, ledger.id];
    throw new UsageError(
      `${paths.root} belongs to another ledger (${its} by ${paths.mark}, and ${ledger.name} is ${ours}): check data_root and ledger`,
    );
  }
  // Another folder may have been marked for the same ledger: by a host on which the volume was not mounted.
  if ((await ledger.mark(mark.at)) !== mark.at) {
    throw new UsageError(`${paths.root} is not ${whose}: its mark in ${paths.mark} is another one; ${advice}`);
  }
  return mark;
}

/** Another host may just have marked the folder, which is not visible here at once. */
async function readWhileNew(paths: DataPaths, marked: number | undefined): Promise<FolderMark | undefined> {
  for (;;) {
    const mark = await readFolderMark(paths);
    if (mark !== undefined || marked === undefined || Date.now() - marked / 1_000 > VISIBLE_WITHIN_MS) return mark;
    await sleep(LOOK_AGAIN_MS);
  }
}

/** @throws FolderGone if the folder has no mark now; UsageError if it is another folder */
export async function assertSameFolder(paths: DataPaths, { ledger, at }: FolderMark): Promise<void> {
  let mark: FolderMark | undefined;
  try {
    mark = await readFolderMark(paths);
  } catch (error) {
    throw new FolderGone(`the data folder ${paths.root} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (mark === undefined) {
    throw new FolderGone(
      `${paths.mark} is gone: is the volume of the data folder mounted? Nothing is written until it is`,
    );
  }
  if (mark.ledger !== ledger || mark.at !== at) {
    throw new UsageError(
      `${paths.root} is another folder now, by ${paths.mark}: mount the shared one, and start again`,
    );
  }
}
