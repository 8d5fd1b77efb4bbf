import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { messageOf } from '@lvra/core';
import { LedgerUnavailable, type WorkQueue } from '@lvra/ledger';
import { CannotWrite } from '@lvra/store';
import { FolderGone } from '../folder/folder-proof.js';

/** A folder at the top of the data root takes no file, so every stem of the stage would fail the same way. */
class FolderUnwritable extends Error {
  override readonly name = 'FolderUnwritable';
  constructor(
    readonly folder: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Errors of a disk that is full, gone or read-only, wherever Node meets them. */
const DISK_ERRORS = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

/** Size of the file that probes for room: about a feature file. */
const PROBE_BYTES = 1 << 20;

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** The process or the machine has no more descriptors: any next file or connection is refused. */
const OUT_OF_FILES = new Set(['EMFILE', 'ENFILE']);

/** Also if it is the cause of a stem's failure. */
function isOutOfFiles(error: unknown): boolean {
  if (error instanceof CannotWrite) return OUT_OF_FILES.has(error.code);
  if (!(error instanceof Error)) return false;
  return OUT_OF_FILES.has(codeOf(error)) || isOutOfFiles(error.cause);
}

/**
 * True if the disk or the ledger failed, not the stem, and waiting may help. Such an error must not use up a stem's
 * attempts: the stem would be dead before an operator has made room.
 */
export function isStorageUnavailable(error: unknown): boolean {
  if (error instanceof FolderGone || error instanceof FolderUnwritable) return true;
  if (error instanceof LedgerUnavailable || isOutOfFiles(error)) return true;
  // A file that cannot be read concerns one stem: it must not hold up the others.
  const isReading = (error as NodeJS.ErrnoException | undefined)?.syscall === 'read';
  return DISK_ERRORS.has(codeOf(error)) && !isReading;
}

/**
 * The error that stops the whole stage; undefined if it concerns the stem alone. A path that cannot be written concerns
 * one stem, unless the top folder, such as `csv`, takes no file either.
 */
export function stageWideError(error: unknown, dataRoot: string): unknown {
  if (isStorageUnavailable(error)) return error;
  if (!(error instanceof CannotWrite)) return undefined;
  const [top] = relative(dataRoot, error.folder).split(sep);
  if (!top || top === '..') return undefined;
  try {
    probeFolder(join(dataRoot, top));
    return undefined;
  } catch (refusal) {
    return refusal;
  }
}

/**
 * True if what was opened is not on the server of a network file system any more: another host has replaced the file, or
 * the server was started again. Opened anew, it is there.
 */
export function isStale(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return codeOf(error) === 'ESTALE' || isStale(error.cause);
}

/** What is unavailable and what an operator can do. */
export function storageErrorMessage(error: unknown): string {
  const patience = 'nothing is lost meanwhile and no attempt is counted';
  if (isOutOfFiles(error)) {
    const advice = 'raise the limit (ulimit -n), or start the service again';
    return `no more files can be opened (${messageOf(error)}): ${advice}; ${patience}`;
  }
  if (error instanceof LedgerUnavailable || error instanceof FolderGone) return `${error.message}; ${patience}`;
  return `the disk takes no writes (${messageOf(error)}): make room, or fix it; ${patience}`;
}

/**
 * Writes to the ledger and to the folder that refused a file, to see whether both take writes again.
 *
 * @throws if they still do not
 */
export async function probe(work: WorkQueue, error: unknown, dataRoot: string): Promise<void> {
  await work.probe();
  // A folder: opening and closing the ledger's own file would release its locks.
  if (isOutOfFiles(error)) closeSync(openSync(dataRoot, 'r'));
  if (error instanceof CannotWrite || error instanceof FolderUnwritable) probeFolder(error.folder);
}

function probeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeProbe(folder);
  } catch (error) {
    if (isStorageUnavailable(error)) throw new CannotWrite(folder, codeOf(error), messageOf(error), { cause: error });
    throw new FolderUnwritable(folder, messageOf(error), { cause: error });
  }
}

function writeProbe(folder: string): void {
  const path = join(folder, `probe.${randomBytes(4).toString('hex')}.tmp`);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'wx');
    for (let left = PROBE_BYTES; left > 0; ) left -= writeSync(descriptor, Buffer.alloc(left));
    fsyncSync(descriptor);
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor);
      rmSync(path, { force: true });
    }
  }
}
