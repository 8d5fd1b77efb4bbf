import { type LedgerServer, nameOfLedgerServer, UsageError } from '@lvra/core';
import type { Questions } from '../database.js';
import { question, valueQuestion } from '../statements.js';

/** The oldest that tests run on. */
const OLDEST_VERSION = 15;
/** Leases last 30 s, and each host reads its own clock. */
const LARGEST_CLOCK_OFFSET_MS = 5_000;

const SETTINGS = question<{ version: bigint; encoding: string; standbys: string; fsync: string; pages: string }>(
  `SELECT current_setting('server_version_num')::bigint / 10000 AS version,
     current_setting('server_encoding') AS encoding, current_setting('synchronous_standby_names') AS standbys, current_setting('fsync') AS fsync,
     current_setting('full_page_writes') AS pages`,
);
const CLOCK = valueQuestion<number>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::double precision');

/**
 * Checks that a server keeps what it says is committed, whatever is lost, and that its clock is this host's.
 *
 * @throws UsageError that says what to change
 */
export async function checkServer(ask: Questions, server: LedgerServer): Promise<void> {
  const said = `the ledger ${nameOfLedgerServer(server)}`;
  const { version, encoding, standbys, fsync, pages } = (await ask.get(SETTINGS))!;
  if (version < OLDEST_VERSION) {
    throw new UsageError(`${said} is on PostgreSQL ${version}: use ${OLDEST_VERSION} or newer`);
  }
  if (encoding !== 'UTF8') {
    throw new UsageError(
      `${said} is in encoding ${encoding}: make its database with ENCODING 'UTF8' TEMPLATE template0`,
    );
  }
  const offset = await clockOffsetMs(ask);
  if (Math.abs(offset) > LARGEST_CLOCK_OFFSET_MS) {
    const seconds = Math.round(Math.abs(offset) / 1_000);
    const where = offset > 0 ? 'ahead of' : 'behind';
    throw new UsageError(`this host's clock is ${seconds} s ${where} that of ${said}: set both by NTP`);
  }
  if (server.singleServer) return;
  const less = 'or set ledger_single_server: yes, if losing what was committed last will do';
  if (standbys === '') {
    throw new UsageError(
      `${said} has no synchronous standby: set synchronous_standby_names on its server (docs/several-servers.md), ${less}`,
    );
  }
  if (fsync !== 'on' || pages !== 'on') {
    const off = fsync !== 'on' ? 'fsync' : 'full_page_writes';
    throw new UsageError(`${said} may be damaged by a power cut: set ${off} = on on its server, ${less}`);
  }
}

/** How far this host's clock is ahead of the server's, ms. */
export async function clockOffsetMs(ask: Questions): Promise<number> {
  const before = Date.now();
  const server = (await ask.get(CLOCK))!;
  return (before + Date.now()) / 2 - server;
}
