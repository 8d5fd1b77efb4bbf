import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { around } from './point.js';

/** Written at a start, where there are half-written files, to see what time it is on the file server. */
const CLOCK = /\/clock\.[0-9a-f]+\.tmp$/;

/** What a path below a data root is; undefined for everything else. */
function kindOf(path: unknown): string | undefined {
  if (CLOCK.test(`${path}`)) return undefined;
  const found = /\/(JSON|csv|quarantine|dryrun)\//.exec(`${path}/`)?.[1];
  return found && { JSON: 'batch', csv: 'features', quarantine: 'quarantine', dryrun: 'dry run' }[found];
}

/** Puts points around what is done to files of the data folder: write, fsync, rename, fsync of the folder. */
export function watchFiles(): void {
  const { open, rename } = fs;
  fs.open = async (path, flags, mode) => {
    const handle = await open(path, flags, mode);
    const kind = kindOf(path);
    return kind === undefined ? handle : watched(handle, kind, flags === 'r');
  };
  fs.rename = (from, to) => {
    const kind = kindOf(to);
    return kind === undefined ? rename(from, to) : around(`rename ${kind}`, () => rename(from, to));
  };
  syncBuiltinESMExports();
}

function watched(handle: FileHandle, kind: string, isRead: boolean): FileHandle {
  const { writev, sync } = handle;
  handle.writev = ((...args: Parameters<FileHandle['writev']>) =>
    around(`write ${kind}`, () => writev.apply(handle, args))) as FileHandle['writev'];
  // What is opened for reading and synced is a folder.
  handle.sync = () => around(`fsync ${kind}${isRead ? ' folder' : ''}`, () => sync.apply(handle));
  return handle;
}
