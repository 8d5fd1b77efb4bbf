import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf } from '@lvra/core';

/** A file cannot be written: the disk is full or broken, or its path is not writable; the code says which. */
export class CannotWrite extends Error {
  override readonly name = 'CannotWrite';
  constructor(
    /** The folder that the file was to be in. */
    readonly folder: string,
    /** Node's code of the error, such as ENOSPC. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Writes a file so that a reader sees all of it or nothing, whenever the process or the machine stops:
 * temporary name in the same folder, fsync, rename, fsync of the folder and of those that were made for it.
 *
 * @param write puts the content into the open file
 * @throws CannotWrite if the disk refuses; otherwise what `write` throws
 */
export async function writeFileAtomically(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await writeAndRename(path, write);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw error;
    throw new CannotWrite(dirname(resolve(path)), code, messageOf(error), { cause: error });
  }
}

async function writeAndRename(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const folder = resolve(dirname(path));
  const firstMade = await mkdir(folder, { recursive: true });
  // Hidden: pandas and pyarrow read every other file of a folder of Parquet files.
  const temporary = join(folder, `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await removeQuietly(temporary);
    throw error;
  }
  await syncFolder(folder);
  // A folder is there after a power cut only if the one that holds it was written too.
  if (firstMade === undefined) return;
  for (let made = folder; made.length >= firstMade.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** If that fails too, `clearLeftovers` removes the file later; the first error counts. */
async function removeQuietly(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Writes all chunks in order. One call of writev may write less than it was given: without an error, if the disk is
 * nearly full.
 */
export async function writeChunks(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let rest = chunks.filter((chunk) => chunk.length > 0);
  while (rest.length > 0) {
    let { bytesWritten } = await file.writev(rest);
    const cut = rest.findIndex((chunk) => {
      if (bytesWritten < chunk.length) return true;
      bytesWritten -= chunk.length;
      return false;
    });
    if (cut === -1) return;
    rest = [(rest[cut] as Uint8Array).subarray(bytesWritten), ...rest.slice(cut + 1)];
  }
}

/** The names in a folder, sorted; none if there is no such folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
