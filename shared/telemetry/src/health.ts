import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { escapeControlLines, messageOf } from '@lvra/core';
import type { Metrics } from './metrics.js';
import { hideSecrets } from './secrets.js';

export interface HealthOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: Metrics;
  /** What keeps the service from working, one line each; empty while it is ready. */
  readonly notReady: () => string[];
  /** Updates gauges before they are read. */
  readonly refresh?: () => void | Promise<void>;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * `/healthz`: the process answers. `/readyz`: 200 while it can work, else 503 with the reasons.
 * `/metrics`: for Prometheus.
 */
export async function serveHealth(options: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    respond(request.url ?? '/', options)
      .then(({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(shown(body)))
      .catch((error) => response.writeHead(500, { 'content-type': 'text/plain' }).end(shown(`${messageOf(error)}\n`)));
  });
  await listen(server, options.host, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A reason may quote external input, and `curl` prints it. */
const shown = (body: string) => escapeControlLines(hideSecrets(body));

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(`cannot serve health and metrics on ${host}:${port}: ${error.message}; set another port`)),
    );
    server.listen(port, host, resolve);
  });
}

async function respond(url: string, { metrics, notReady, refresh }: HealthOptions) {
  const text = 'text/plain; charset=utf-8';
  switch (url.split('?')[0]) {
    case '/healthz':
      return { status: 200, type: text, body: 'ok\n' };
    case '/readyz': {
      const reasons = notReady();
      return reasons.length === 0
        ? { status: 200, type: text, body: 'ready\n' }
        : { status: 503, type: text, body: `${reasons.join('\n')}\n` };
    }
    case '/metrics':
      await refresh?.();
      return { status: 200, type: metrics.registry.contentType, body: await metrics.registry.metrics() };
    default:
      return { status: 404, type: text, body: 'there is /healthz, /readyz and /metrics\n' };
  }
}
