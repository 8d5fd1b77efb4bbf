import { messageOf } from '@lvra/core';
import { LedgerDamaged, LedgerFull, LedgerUnavailable } from '../errors.js';

/**
 * SQLSTATEs while the ledger cannot be used: connections, resources, a server that shuts down, starts or does not take
 * writes, locks that are not released, sessions that were ended.
 */
const UNAVAILABLE = /^(08|53|57P|25006$|25P0[34]$|28|40|55P03$|3D000$|57014$|58)/;
const FULL = /^53100$/;
const DAMAGED = /^XX00[12]$/;
const HELD = /^55P03$/;

/** What Node says if there is no connection. */
const NO_CONNECTION =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_|CERT|DEPTH|SELF|UNABLE|ERR_TLS|ERR_SSL|ERR_OSSL)/;

/** What pg says of a connection that has ended, or of a server that does not answer. */
const ENDED =
  /^(Connection terminated|Query read timeout|timeout expired|Client has encountered a connection error|Client was closed)/;

const codeOf = (error: unknown) => String((error as { code?: unknown } | undefined)?.code ?? '');

/** Whether the connection it came on is of no use any more. */
export function isOfConnection(error: unknown): boolean {
  const code = codeOf(error);
  return NO_CONNECTION.test(code) || /^(08|57P|25006|25P0[34])/.test(code) || ENDED.test(messageOf(error));
}

/** Whether a server that answers takes no more connections: those that there are can be used. */
export function isFull(error: unknown): boolean {
  return /^53/.test(codeOf((error as { cause?: unknown }).cause));
}

/** The ledger's own error for one of PostgreSQL's or of its connection; others as they are. */
export function serverError(name: string, error: unknown): unknown {
  const code = codeOf(error);
  const said = `the ledger ${name}`;
  const cause = { cause: error };
  if (FULL.test(code)) {
    return new LedgerFull(`${said} does not take writes (${messageOf(error)}): make room on its volume`, cause);
  }
  if (DAMAGED.test(code)) {
    const advice = 'stop all services and restore it, see docs/several-servers.md';
    return new LedgerDamaged(`${said} is damaged (${messageOf(error)}): ${advice}`, cause);
  }
  if (HELD.test(code)) {
    const advice = 'another process writes for too long, or commits wait for a standby (pg_stat_activity shows which)';
    return new LedgerUnavailable(`${said} does not take writes (${messageOf(error)}): ${advice}`, cause);
  }
  if (!UNAVAILABLE.test(code) && !isOfConnection(error)) return error;
  return new LedgerUnavailable(
    `${said} cannot be used (${messageOf(error)}): see to its server, or to the network`,
    cause,
  );
}
