import { removeFolder, temporaryFolder } from './folders.js';
import { freePort } from './ports.js';
import { startProcess } from './process.js';
import { restartable, type TestServer } from './server.js';
import { natsServerPath } from './tools.js';

export interface NatsOptions {
  port?: number;
  /** JetStream's folder; by default a new temporary one, removed by `stop`. */
  storeDir?: string;
  /** The path of a nats-server configuration file. Address, port and store of this launcher override it. */
  config?: string;
  /** Without it there are no streams. */
  jetStream?: boolean;
}

/** A nats-server. */
export interface NatsServer extends TestServer {
  readonly url: string;
  readonly port: number;
  readonly storeDir: string;
}

/** Starts a nats-server and waits until it takes connections and JetStream has read its store. */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const port = options.port ?? (await freePort());
  const storeDir = options.storeDir ?? temporaryFolder('nats');
  const args = ['--addr', '127.0.0.1', '--port', String(port), '--store_dir', storeDir];
  if (options.jetStream ?? true) args.push('--jetstream');
  if (options.config !== undefined) args.push('--config', options.config);

  const command = { name: 'nats-server', command: natsServerPath(), args, ready: /Server is ready/, withinMs: 15_000 };
  const server = await restartable(
    () => startProcess(command),
    () => {
      if (options.storeDir === undefined) removeFolder(storeDir);
    },
  );
  return Object.assign(server, { url: `nats://127.0.0.1:${port}`, port, storeDir });
}
