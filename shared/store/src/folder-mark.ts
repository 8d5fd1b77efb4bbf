import { randomBytes, randomInt } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { writeFileAtomically } from './files.js';
import type { DataPaths } from './paths.js';

/** What a file in the data root says of whose folder it is. */
export interface FolderMark {
  /** The id of its ledger. */
  readonly ledger: string;
  /** When it was marked, as `timeOfMark` gives it; the ledger has the same, and so knows this mark from any other. */
  readonly at: number;
}

const MARK = /^ledger ([0-9a-f]{16}), marked at (\d{16})\n$/;

/** Now, in microseconds since 1970; below a second it is random, so that no two marks are alike. */
export function timeOfMark(): number {
  return Math.floor(Date.now() / 1_000) * 1_000_000 + randomInt(1_000_000);
}

/** Undefined if the folder has no mark. @throws Error if it has one that says nothing; the error of the file system */
export async function readFolderMark({ mark: path }: DataPaths): Promise<FolderMark | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const [, ledger, at] = MARK.exec(text) ?? [];
  if (ledger === undefined) throw new Error(`${path} is damaged: it does not name a ledger`);
  return { ledger, at: Number(at) };
}

/** Marks a folder that has no mark; if another process does it at the same time, one of the marks is there then. */
export async function markFolder({ mark: path }: DataPaths, { ledger, at }: FolderMark): Promise<void> {
  const own = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFileAtomically(own, (file) => file.writeFile(`ledger ${ledger}, marked at ${at}\n`));
    // Unlike a rename, a link replaces nothing.
    await link(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(own, { force: true });
  }
}
