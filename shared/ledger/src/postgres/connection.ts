import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import type { LedgerServer } from '@lvra/core';
import pg from 'pg';
import { ROW_TYPES } from './row-types.js';

/** How long a host may take to answer to a new connection, ms. */
const CONNECT_WITHIN_MS = 5_000;
/** From when an idle connection is asked whether its other end is still there. */
const KEEPALIVE_AFTER_MS = 5_000;

/**
 * How the server ends our session if this process is stopped or its host lost, so that the one writer's lock is free within
 * 15 s. Its own defaults are two hours, or never. No statement_timeout: it would also end a COMMIT that waits for a standby,
 * and say that it had committed.
 */
const SESSION = {
  idle_in_transaction_session_timeout: '10s',
  tcp_keepalives_idle: '5',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '15s',
  client_connection_check_interval: '5s',
  // A server's own would end the session that holds the locks of a command.
  idle_session_timeout: '0',
  lock_timeout: '10s',
  // A plan that was kept from when the ledger was empty reads whole tables until the server has counted their rows.
  plan_cache_mode: 'force_custom_plan',
  // A server that was set up for speed must not lose what it said was committed.
  synchronous_commit: 'on',
  timezone: 'UTC',
  client_min_messages: 'warning',
};

/** How this process is called in pg_stat_activity. */
function applicationName(command = commandLine()): string {
  // The server keeps 63 bytes.
  return `${command.slice(0, 30)} ${process.pid}@${hostname()}`.slice(0, 63);
}

function commandLine(): string {
  const [, program = 'lvra', ...words] = process.argv;
  const plain = words.filter((word) => /^[a-z-]+$/.test(word)).slice(0, 2);
  return [basename(program).replace(/\.m?js$/, ''), ...plain].join(' ');
}

/** @throws what the host, or the network to it, says */
export async function connectTo(
  server: LedgerServer,
  host: string,
  port: number,
  command?: string,
): Promise<pg.Client> {
  const client = new pg.Client({
    ...{ host, port, database: server.database, user: server.user, password: server.password?.() ?? '' },
    ssl: server.tls ? tlsOf(server.tls) : false,
    application_name: applicationName(command),
    options: Object.entries(SESSION)
      .map(([key, value]) => `-c ${key}=${value}`)
      .join(' '),
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_AFTER_MS,
    types: ROW_TYPES,
  });
  // Its next use says so; without a listener the process would end.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    destroy(client);
    throw error;
  }
}

/** Read anew at each connection: certificates are renewed while services run. */
function tlsOf({ ca, certificate, key }: NonNullable<LedgerServer['tls']>) {
  const read = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));
  return { rejectUnauthorized: true, ca: read(ca), cert: read(certificate), key: read(key) };
}

/** `end` would wait for an answer that may never come. */
export function destroy(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
