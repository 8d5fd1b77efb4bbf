import { randomBytes } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
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

/** Removes temporary files of killed processes and lost hosts, now and every hour. @returns what stops it */
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
 * Removes temporary files that no process writes any more, whatever host it was on: their age alone counts. Several
 * replicas may do it at once. Never rejects: a file that is not removed only takes space.
 */
export async function clearLeftovers(paths: DataPaths, log: Logger): Promise<void> {
  try {
    for (const name of (await readdir(paths.root)).filter(isWrittenFolder)) {
      await clearFolder(join(paths.root, name), log);
    }
  } catch (error) {
    log.warn(`half-written files could not be removed: ${messageOf(error)}; retrying in an hour`);
  }
}

async function clearFolder(folder: string, log: Logger): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await clearFolder(join(folder, entry.name), log);
  const found = entries.filter(({ name }) => TEMPORARY.test(name)).map(({ name }) => join(folder, name));
  if (found.length === 0) return;
  const now = await timeOf(folder);
  for (const path of found) {
    if (now - (await writtenMs(path, now)) <= LEFT_AFTER_MS) continue;
    await rm(path, { force: true });
    log.info({ path }, 'a half-written file of a killed process is removed');
  }
}

/** The time by the clock that dates the files of a folder: that of its file server, or of the host that mounts it. */
async function timeOf(folder: string): Promise<number> {
  const path = join(folder, `clock.${randomBytes(4).toString('hex')}.tmp`);
  const file = await open(path, 'wx');
  try {
    await file.write('now');
    await file.sync();
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

/** When a file was written to; `now` if another process has removed it. */
async function writtenMs(path: string, now: number): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return now;
    throw error;
  }
}
