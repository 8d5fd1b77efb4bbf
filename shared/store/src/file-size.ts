import { open } from 'node:fs/promises';

/**
 * How long what another host has written may stay invisible: a network file system remembers for up to a minute that a
 * name was missing, and the clocks of the hosts differ by seconds.
 */
export const VISIBLE_WITHIN_MS = 90_000;

/**
 * How long a file is, as this host sees it; undefined if it sees none. The file is opened for that: a network file system
 * asks its server at an open, while what `stat` says may be a minute old.
 *
 * @throws any other error of the file system
 */
export async function sizeAtOpen(path: string): Promise<number | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ESTALE: what this host remembers of the name is not on the server any more.
    if (code === 'ENOENT' || code === 'ESTALE') return undefined;
    throw error;
  }
}
