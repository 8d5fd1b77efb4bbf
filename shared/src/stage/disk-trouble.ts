/** A disk that is full, gone or read-only, as Node and SQLite name it. */
const DISK_TROUBLE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'SQLITE_FULL', 'SQLITE_READONLY']);

/**
 * True where the disk, and not the stem, is the trouble. Such a stem must not use up its attempts: it would be dead
 * before somebody has made room.
 */
export function isDiskTrouble(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return DISK_TROUBLE.has(code) || code.startsWith('SQLITE_IOERR');
}
