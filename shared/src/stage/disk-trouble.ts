import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { messageOf, UsageError } from '../errors.js';
import { CannotWrite } from '../files.js';
import { LedgerGone, LedgerMoved } from '../ledger/file-identity.js';
import type { WorkQueue } from '../ledger/work.js';

/** A folder at the top of the data root takes no file, so that every stem of the stage would fare the same. */
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

/**
 * What SQLite says where the ledger cannot be had for now: no room, a disk that fails, rights taken away, or another
 * process that keeps it locked for longer than a statement waits.
 */
const LEDGER_UNAVAILABLE = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|PERM|AUTH|BUSY|LOCKED|PROTOCOL)/;

/** What SQLite says of a file that no waiting will mend. */
const LEDGER_DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;

/** So much is written to see whether there is room again: about a feature file. */
const PROBE_BYTES = 1 << 20;

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** The process, or the machine, has no more descriptors: the next file or connection is refused, whichever it is. */
const OUT_OF_FILES = new Set(['EMFILE', 'ENFILE']);

/** Also where a stem's failure was made of it. */
function isOutOfFiles(error: unknown): boolean {
  if (error instanceof CannotWrite) return OUT_OF_FILES.has(error.code);
  if (!(error instanceof Error)) return false;
  return OUT_OF_FILES.has(codeOf(error)) || isOutOfFiles(error.cause);
}

/**
 * True where the disk or the ledger, and not the stem, is the trouble, and waiting may help. Such a stem must not use
 * up its attempts: it would be dead before somebody has made room.
 */
export function isStorageUnavailable(error: unknown): boolean {
  if (error instanceof FolderUnwritable || error instanceof LedgerGone || isOutOfFiles(error)) return true;
  const code = codeOf(error);
  // A file that cannot be read is one stem's trouble: it must not hold up the others.
  const isReading = (error as NodeJS.ErrnoException | undefined)?.syscall === 'read';
  return (DISK_ERRORS.has(code) && !isReading) || LEDGER_UNAVAILABLE.test(code);
}

/**
 * What of a stem's error holds the whole stage; undefined where it is the stem's alone. A path that cannot be written, be it
 * that a folder is in its place or that its night's folder is not ours, is one stem's trouble unless the folder at the top,
 * such as `csv`, refuses too.
 */
export function stageWideError(error: unknown, ledgerPath: string): unknown {
  if (isStorageUnavailable(error)) return error;
  if (!(error instanceof CannotWrite)) return undefined;
  const root = dirname(dirname(ledgerPath));
  const [top] = relative(root, error.folder).split(sep);
  if (!top || top === '..') return undefined;
  try {
    probeFolder(join(root, top));
    return undefined;
  } catch (refusal) {
    return refusal;
  }
}

/** Where the ledger is past waiting for, what a person has to do; undefined for any other error. */
export function asFatalLedgerError(error: unknown, path: string): UsageError | undefined {
  if (error instanceof LedgerMoved)
    return new UsageError(`${error.message}: start this service again`, { cause: error });
  if (!LEDGER_DAMAGED.test(codeOf(error))) return undefined;
  const advice = 'stop all services and restore it, see "Backup and restore" in docs/guarantees.md';
  return new UsageError(`the ledger ${path} is damaged (${messageOf(error)}): ${advice}`, { cause: error });
}

/** What the trouble is, for a person. */
export function storageErrorMessage(error: unknown, ledgerPath: string): string {
  const code = codeOf(error);
  if (isOutOfFiles(error)) {
    return (
      `no more files can be opened (${messageOf(error)}): raise the limit (ulimit -n), or start the service again; ` +
      'nothing is lost meanwhile and no attempt is counted'
    );
  }
  const isLedger = code.startsWith('SQLITE_') || error instanceof LedgerGone;
  const where = isLedger ? `the ledger ${ledgerPath} does not take writes` : 'the disk takes no writes';
  return `${where} (${messageOf(error)}): make room, or mend it; nothing is lost meanwhile and no attempt is counted`;
}

/**
 * Tries whether the trouble is over, by writing to the ledger and to the folder that refused a file.
 *
 * @throws what stands in the way
 */
export function probe(work: WorkQueue, error: unknown): void {
  work.probe();
  // A folder: to open and close the ledger's own file would give back SQLite's locks on it.
  if (isOutOfFiles(error)) closeSync(openSync(dirname(work.database.name), 'r'));
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
