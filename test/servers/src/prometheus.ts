import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from './folders.js';
import { freePort } from './ports.js';
import { startProcess } from './process.js';
import { restartable, type TestServer } from './server.js';
import { alertmanagerPath, prometheusPath } from './tools.js';

/** A server that answers HTTP on 127.0.0.1. */
export interface WebServer extends TestServer {
  readonly address: string;
}

/**
 * Starts a Prometheus with a configuration, as YAML, and waits until it answers.
 *
 * @param consoles a folder of pages that it serves
 */
export function startPrometheus(configuration: string, consoles?: string): Promise<WebServer> {
  return start(
    'prometheus',
    prometheusPath(),
    configuration,
    /Server is ready to receive web requests/,
    (folder, port) => [
      ...[`--config.file=${folder}/configuration.yml`, `--storage.tsdb.path=${folder}/data`],
      ...[`--web.listen-address=127.0.0.1:${port}`, `--web.external-url=http://127.0.0.1:${port}`],
      ...(consoles === undefined ? [] : [`--web.console.templates=${consoles}`]),
    ],
  );
}

/** Starts an Alertmanager with a configuration, as YAML, and waits until it answers. */
export function startAlertmanager(configuration: string): Promise<WebServer> {
  return start('alertmanager', alertmanagerPath(), configuration, /Listening on|msg=Listening/, (folder, port) => [
    ...[`--config.file=${folder}/configuration.yml`, `--storage.path=${folder}/data`, '--cluster.listen-address='],
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
}

async function start(
  name: string,
  command: string,
  configuration: string,
  ready: RegExp,
  argumentsOf: (folder: string, port: number) => string[],
): Promise<WebServer> {
  const folder = temporaryFolder(name);
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'configuration.yml'), configuration);
  const port = await freePort();
  const server = await restartable(
    () => startProcess({ name, command, args: argumentsOf(folder, port), ready, withinMs: 30_000 }),
    () => removeFolder(folder),
  );
  return Object.assign(server, { address: `http://127.0.0.1:${port}` });
}
