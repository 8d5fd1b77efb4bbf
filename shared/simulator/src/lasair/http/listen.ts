import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer } from './answers.js';
import { send } from './connection.js';

export interface Listening {
  readonly port: number;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
}

/** Starts an HTTP server. @param onBug what a caller gets if `serve` throws; the error becomes a warning of the process */
export async function listen(
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  onBug: Answer,
  host = '127.0.0.1',
  port = 0,
): Promise<Listening> {
  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => {
      if (request.destroyed && !request.complete) return; // The caller disconnected within the request.
      process.emitWarning(error);
      send(response, onBug);
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  let closed: Promise<unknown> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      closed ??= once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
