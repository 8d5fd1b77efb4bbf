import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from './folders.js';
import { freePort } from './ports.js';
import { startProcess } from './process.js';
import type { WebServer } from './prometheus.js';
import { restartable } from './server.js';
import { collectorPath } from './tools.js';

/** A span as the Collector wrote it, after it took it to pieces and put it together again. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, string>> }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

export interface Collector extends WebServer {
  /** All that it has taken so far. */
  spans(): CollectedSpan[];
}

/** Starts an OpenTelemetry Collector that takes OTLP over HTTP. */
export async function startCollector(): Promise<Collector> {
  const folder = temporaryFolder('collector');
  const port = await freePort();
  const taken = join(folder, 'taken.json');
  const configuration = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { file: { path: taken, flush_interval: '100ms' } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['file'] } },
    },
  };
  // YAML contains JSON.
  writeFileSync(join(folder, 'configuration.yml'), JSON.stringify(configuration));
  const args = [`--config=${join(folder, 'configuration.yml')}`];
  const name = 'OpenTelemetry Collector';
  const server = await restartable(
    () => startProcess({ name, command: collectorPath(), args, ready: /Everything is ready/, withinMs: 30_000 }),
    () => removeFolder(folder),
  );
  const spans = () => (existsSync(taken) ? readFileSync(taken, 'utf8').split('\n').slice(0, -1).flatMap(spansIn) : []);
  return Object.assign(server, { address: `http://127.0.0.1:${port}`, spans });
}

/** @param line a call's spans */
function spansIn(line: string): CollectedSpan[] {
  const { resourceSpans } = JSON.parse(line) as {
    resourceSpans: readonly { scopeSpans: readonly { spans: readonly CollectedSpan[] }[] }[];
  };
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}
