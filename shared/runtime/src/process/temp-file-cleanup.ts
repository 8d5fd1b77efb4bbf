import type { Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@lvra/core';
import { type DataPaths, isWrittenFolder } from '@lvra/store';
import type { Logger } from '@lvra/telemetry';

/** The names of incomplete files of `writeFileAtomically`, and of probes of the disk. */
const TEMPORARY = /\.[0-9a-f]{8}\.tmp$/;

/**
 * No write takes this long. A process that was suspended during a write for longer finds its file gone; its stem is
 * requeued and done again.
 */
const LEFT_AFTER_MS = 3_600_000;

const EVERY_MS = 3_600_000;

/** Removes temporary files of killed processes, now and every hour. @returns what stops it */
export function startTempFileCleanup(paths: DataPaths, log: Logger): () => Promise<void> {
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
 * Removes temporary files that no process writes any more. Several replicas may do it at once. Never rejects: a file that
 * is not removed only takes space.
 */
export async function clearLeftovers(paths: DataPaths, log: Logger, now = Date.now()): Promise<void> {
  try {
    for (const name of (await readdir(paths.root)).filter(isWrittenFolder)) {
      await clearFolder(join(paths.root, name), now, log);
    }
  } catch (error) {
    log.warn(`half-written files could not be removed: ${messageOf(error)}; retrying in an hour`);
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

/** How long ago the file was written to; 0 if another process has removed it. */
async function ageMs(path: string, now: number): Promise<number> {
  try {
    return now - (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
