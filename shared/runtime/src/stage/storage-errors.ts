import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { messageOf, UsageError } from '@lvra/core';
import { LedgerGone, LedgerMoved, type WorkQueue } from '@lvra/ledger';
import { CannotWrite } from '@lvra/store';

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

/**
 * SQLite's codes while the ledger is unavailable: no room, a failing disk, rights taken away, or another process that
 * holds the lock for longer than a statement waits.
 */
const LEDGER_UNAVAILABLE = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|PERM|AUTH|BUSY|LOCKED|PROTOCOL)/;

/** SQLite's codes for a damaged file, which no waiting fixes. */
const LEDGER_DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;

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
  if (error instanceof FolderUnwritable || error instanceof LedgerGone || isOutOfFiles(error)) return true;
  const code = codeOf(error);
  // A file that cannot be read concerns one stem: it must not hold up the others.
  const isReading = (error as NodeJS.ErrnoException | undefined)?.syscall === 'read';
  return (DISK_ERRORS.has(code) && !isReading) || LEDGER_UNAVAILABLE.test(code);
}

/**
 * The error that stops the whole stage; undefined if it concerns the stem alone. A path that cannot be written concerns
 * one stem, unless the top folder, such as `csv`, takes no file either.
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

/** What an operator has to do if waiting cannot help, because the ledger is damaged or replaced; otherwise undefined. */
export function asFatalLedgerError(error: unknown, path: string): UsageError | undefined {
  if (error instanceof LedgerMoved)
    return new UsageError(`${error.message}: start this service again`, { cause: error });
  if (!LEDGER_DAMAGED.test(codeOf(error))) return undefined;
  const advice = 'stop all services and restore it, see "Backup and restore" in docs/guarantees.md';
  return new UsageError(`the ledger ${path} is damaged (${messageOf(error)}): ${advice}`, { cause: error });
}

/** What is unavailable and what an operator can do. */
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
  return `${where} (${messageOf(error)}): make room, or fix it; nothing is lost meanwhile and no attempt is counted`;
}

/**
 * Writes to the ledger and to the folder that refused a file, to see whether both take writes again.
 *
 * @throws if they still do not
 */
export function probe(work: WorkQueue, error: unknown): void {
  work.probe();
  // A folder: opening and closing the ledger's own file would release SQLite's locks on it.
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
