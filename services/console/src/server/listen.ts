import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { UsageError } from '@lvra/core';

/** A browser's headers are 2 kB. */
const MOST_HEADER_BYTES = 8_192;
/** How long whoever is at the other end may take. */
export interface Patience {
  /** Nobody who means well takes longer to ask. */
  readonly requestMs: number;
  /** An answer that nobody reads is kept in memory no longer. A stream of events says something more often. */
  readonly idleMs: number;
}

const PATIENCE: Patience = { requestMs: 10_000, idleMs: 60_000 };
const MOST_CONNECTIONS = 256;

/** What answers requests. */
interface App {
  fetch(request: Request, env: object): Response | Promise<Response>;
}

export interface Listening {
  readonly port: number;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/**
 * Serves an app. What it is to answer is made once the port is known.
 *
 * @throws UsageError if the address is not available
 */
export async function listen(
  host: string,
  port: number,
  appAt: (port: number) => App,
  { requestMs, idleMs } = PATIENCE,
): Promise<Listening> {
  let app: App | undefined;
  const server = createAdaptorServer({
    fetch: (request, env) => app!.fetch(request, env),
    createServer,
    serverOptions: {
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: requestMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: 1_000,
    },
  }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = idleMs;
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new UsageError(`the console cannot be served on ${host}:${port}: ${message}; set another console_listen`)),
    );
    server.listen(port, host, resolve);
  });
  const taken = (server.address() as AddressInfo).port;
  app = appAt(taken);
  return {
    port: taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a browser may call an address of this machine, and one elsewhere. */
export function namesOf(host: string, port: number): string[] {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const hosts = ['127.0.0.1', 'localhost', '[::1]', ...(isEverywhere ? [] : [host.includes(':') ? `[${host}]` : host])];
  // Of HTTP's own port a browser says nothing.
  return hosts.flatMap((name) => (port === 80 ? [`${name}:80`, name] : [`${name}:${port}`]));
}
