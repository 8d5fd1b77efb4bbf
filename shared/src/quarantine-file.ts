import { realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { messageOf, UsageError } from './errors.js';
import type { DataPaths } from './paths.js';

/**
 * Where the bytes of an alert in quarantine are.
 *
 * @param path below the data root, as the ledger says
 * @throws UsageError where there is no such file, and where the path leads out of the quarantine folder, by itself or by a
 *   link: whatever has been written into the ledger, no other file is shown or read as an alert
 */
export function quarantineFile(paths: DataPaths, path: string): string {
  let folder: string;
  let file: string;
  try {
    folder = realpathSync(paths.quarantine);
    file = realpathSync(join(paths.root, path));
  } catch (error) {
    throw new UsageError(`the bytes of the alert cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (file.startsWith(folder + sep) && statSync(file).isFile()) return file;
  throw new UsageError(
    `${path} is no file of ${paths.quarantine}: the ledger or the folder was tampered with, and it is not read`,
  );
}
