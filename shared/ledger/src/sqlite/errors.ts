import { messageOf } from '@lvra/core';
import { LedgerDamaged, LedgerFull, LedgerUnavailable } from '../errors.js';

/** SQLite's codes while the ledger cannot be used: a failing disk, rights taken away, a lock that is not released. */
const UNAVAILABLE = /^SQLITE_(IOERR|READONLY|CANTOPEN|PERM|AUTH|BUSY|LOCKED|PROTOCOL)/;

const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;

const HELD = /^SQLITE_(BUSY|LOCKED|PROTOCOL)/;

/** SQLite's code for an error, such as SQLITE_BUSY; empty for errors of others. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : '';
}

/** The ledger's own error for one of SQLite's; errors of wrong statements, and those of others, as they are. */
export function storageError(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === '') return error;
  const said = `the ledger ${path}`;
  const cause = { cause: error };
  if (code.startsWith('SQLITE_FULL')) {
    return new LedgerFull(`${said} does not take writes (${messageOf(error)}): make room on its volume`, cause);
  }
  if (HELD.test(code)) {
    const advice = 'end the process that holds it locked (`fuser -v` shows which)';
    return new LedgerUnavailable(`${said} does not take writes (${messageOf(error)}): ${advice}`, cause);
  }
  if (UNAVAILABLE.test(code)) {
    const advice = 'fix its volume, or the rights of its file and folder';
    return new LedgerUnavailable(`${said} does not take writes (${messageOf(error)}): ${advice}`, cause);
  }
  if (!DAMAGED.test(code)) return error;
  const advice = 'stop all services and restore it, see "Backup and restore" in docs/guarantees.md';
  return new LedgerDamaged(`${said} is damaged (${messageOf(error)}): ${advice}`, cause);
}
