import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Loaded into a service by `node --import`: it sees new data files late, as on a network file system whose client
 * remembers that a name was missing, and then for a while only their first half. LATE_MS and SHORT_MS say how long.
 * Only what the service reads is late; what other processes see is not.
 */
const LATE_MS = Number(process.env.LATE_MS);
const SHORT_MS = Number(process.env.SHORT_MS);

/** Files of the data root that services write for each other. */
const DATA_FILE = /\/(JSON|csv|quarantine)\/.*\.(json|csv|raw)$/;

const { open, access, stat, copyFile, truncate, rm } = fs;

fs.open = async (path, flags, mode) => {
  if (flags !== 'r' || !DATA_FILE.test(String(path))) return open(path, flags, mode);
  const ageMs = await visibleFor(String(path), 'open');
  return ageMs > SHORT_MS ? open(path, flags, mode) : openHalf(String(path));
};

fs.access = async (path, mode) => {
  if (DATA_FILE.test(String(path))) await visibleFor(String(path), 'access');
  return access(path, mode);
};

syncBuiltinESMExports();

/** How long a file has been visible. @throws ENOENT if it is not yet */
async function visibleFor(path: string, syscall: string): Promise<number> {
  const ms = Date.now() - (await stat(path)).mtimeMs - LATE_MS;
  if (ms >= 0) return ms;
  const message = `ENOENT: no such file or directory, ${syscall} '${path}'`;
  throw Object.assign(new Error(message), { code: 'ENOENT', syscall, path });
}

async function openHalf(path: string): Promise<fs.FileHandle> {
  const half = join(tmpdir(), `lvra-half-${randomBytes(8).toString('hex')}`);
  try {
    await copyFile(path, half);
    await truncate(half, Math.floor((await stat(half)).size / 2));
    return await open(half, 'r');
  } finally {
    await rm(half, { force: true });
  }
}
