import type { Settings } from '@lvra/config';
import { stopSignal } from '@lvra/core';
import { processName, VERSION } from '@lvra/runtime';
import { createStdoutLogger, Metrics, serveHealth } from '@lvra/telemetry';
import { loadAssets } from './assets.js';
import { createApp } from './server/app.js';
import { LookKeeper } from './server/keeper.js';
import { listen, namesOf } from './server/listen.js';

const HEALTH_PORT = 9468;

/** Serves the console until SIGTERM or SIGINT. It takes no lock and writes nothing, its logs but to stdout. */
export async function serve(settings: Settings): Promise<void> {
  const log = createStdoutLogger('console', settings.logLevel);
  for (const warning of settings.warnings) log.warn(warning);
  const metrics = new Metrics(processName());
  const keeper = new LookKeeper(settings);
  const assets = loadAssets();
  const { host, port } = settings.console;
  const signal = stopSignal((by) => log.info(`console stops: ${by}`));
  const server = await listen(host, port, (taken) =>
    createApp({ settings, keeper, log, ownNames: namesOf(host, taken), assets, version: VERSION }),
  );
  const healthPort = settings.healthPort ?? HEALTH_PORT;
  const health =
    healthPort === 0
      ? undefined
      : await serveHealth({ host: settings.healthHost, port: healthPort, metrics, notReady: () => [] });
  log.info({ dataRoot: settings.dataRoot, profile: settings.profile }, `console: http://${host}:${server.port}/`);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await server.close();
  await health?.close();
  await keeper.close();
}
