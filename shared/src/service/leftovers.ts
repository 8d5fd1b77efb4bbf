import type { Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import type { Logger } from '../observe/log.js';
import { type DataPaths, isWrittenFolder } from '../paths.js';

/** As `writeFileAtomically` names a file that is not complete, and a probe of the disk its own. */
const TEMPORARY = /\.[0-9a-f]{8}\.tmp$/;

/**
 * No write lasts so long. A process that was stopped in the middle of one and wakes up after that finds its file gone;
 * its stem is put back and done again.
 */
const LEFT_AFTER_MS = 3_600_000;

const EVERY_MS = 3_600_000;

/** Clears what killed processes left half-written, now and every hour. @returns what ends it */
export function keepClearing(paths: DataPaths, log: Logger): () => Promise<void> {
  let clearing = clearLeftovers(paths, log);
  const timer = setInterval(() => {
    clearing = clearing.then(() => clearLeftovers(paths, log));
  }, EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return clearing;
  };
}

/**
 * Removes temporary files that nobody writes any more. Several replicas may do it at once. Never rejects: what cannot
 * be removed takes room, and nothing else.
 */
export async function clearLeftovers(paths: DataPaths, log: Logger, now = Date.now()): Promise<void> {
  try {
    for (const name of (await readdir(paths.root)).filter(isWrittenFolder)) {
      await clearFolder(join(paths.root, name), now, log);
    }
  } catch (error) {
    log.warn(`half-written files could not be cleared up: ${messageOf(error)}; tried again in an hour`);
  }
}

async function clearFolder(folder: string, now: number, log: Logger): Promise<void> {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await clearFolder(path, now, log);
    else if (TEMPORARY.test(entry.name) && (await ageMs(path, now)) > LEFT_AFTER_MS) {
      await rm(path, { force: true });
      log.info({ path }, 'a half-written file of a killed process is removed');
    }
  }
}

/** How long ago the file was written to; 0 where somebody else has removed it. */
async function ageMs(path: string, now: number): Promise<number> {
  try {
    return now - (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
