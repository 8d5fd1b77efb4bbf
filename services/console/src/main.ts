import { once } from 'node:events';
import type { Settings } from '@lvra/config';
import { stopSignal } from '@lvra/core';
import { processName, VERSION } from '@lvra/runtime';
import { createStdoutLogger, type HealthServer, Metrics, serveHealth } from '@lvra/telemetry';
import { loadAssets } from './assets.js';
import { createApp } from './server/app.js';
import { LookKeeper } from './server/keeper.js';
import { listen, namesOf } from './server/listen.js';

const HEALTH_PORT = 9468;

/**
 * Serves the console until SIGTERM or SIGINT. It takes no lock and writes nothing, its logs but to stdout.
 *
 * @param onServed is told its address
 */
export async function serve(settings: Settings, onServed?: (address: string) => void): Promise<void> {
  const log = createStdoutLogger('console', settings.logLevel);
  for (const warning of settings.warnings) log.warn(warning);
  const metrics = new Metrics(processName());
  const keeper = new LookKeeper(settings);
  const assets = loadAssets();
  const { host, port } = settings.console;
  const signal = stopSignal((by) => log.info(`console stops: ${by}`));
  const server = await listen(host, port, (taken) =>
    createApp({
      settings,
      keeper,
      log,
      metrics: metrics.console,
      ownNames: namesOf(host, taken),
      assets,
      version: VERSION,
      end: signal,
    }),
  );
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${server.port}/`;
  const healthPort = settings.healthPort ?? HEALTH_PORT;
  metrics.service.info.set({ service: 'console', profile: settings.profile, version: VERSION }, 1);
  metrics.console.address.set({ url: settings.console.url ?? address.replace(/\/$/, '') }, 1);
  let health: HealthServer | undefined;
  let traces: Promise<void> | undefined;
  try {
    if (healthPort !== 0)
      health = await serveHealth({ host: settings.healthHost, port: healthPort, metrics, notReady: () => [] });
    log.info({ dataRoot: settings.dataRoot, profile: settings.profile }, `console: ${address}`);
    onServed?.(address);
    if (settings.otlpEndpoint !== undefined) {
      // Loaded where it is wanted.
      const { TraceExporter } = await import('./traces/exporter.js');
      traces = new TraceExporter({
        ...{ endpoint: settings.otlpEndpoint, origin: { version: VERSION, profile: settings.profile } },
        ...{ metrics: metrics.traces, log, version: () => keeper.version(), look: (read) => keeper.use(read) },
      }).run(signal);
    }
    if (!signal.aborted) await once(signal, 'abort');
    await traces;
  } finally {
    await server.close();
    await health?.close();
    await keeper.close();
  }
}
