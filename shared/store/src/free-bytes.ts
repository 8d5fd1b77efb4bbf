import { statfs } from 'node:fs/promises';

/** How many bytes an ordinary user may still write on the volume of a folder. */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
