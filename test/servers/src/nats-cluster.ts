import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type StreamInfo } from 'nats';
import { removeFolder, temporaryFolder } from './folders.js';
import { type NatsServer, startNats } from './nats.js';
import { freePort } from './ports.js';

/** Three nats-servers with JetStream that are one cluster. */
export interface NatsCluster {
  /** In the order of their names, n1 to n3. */
  readonly servers: readonly NatsServer[];
  /** All of them, as the settings want them. */
  readonly urls: string;
  /** The server that leads a stream now; waits for an election. */
  leaderOf(stream: string): Promise<NatsServer>;
  /** Waits until all three have everything of a stream of three. */
  untilWhole(stream: string): Promise<void>;
  stop(): Promise<void>;
}

const WITHIN_MS = 60_000;

/** @param also lines for the configuration of each server */
export async function startNatsCluster(also = ''): Promise<NatsCluster> {
  const folder = temporaryFolder('nats-cluster');
  const names = ['n1', 'n2', 'n3'];
  const routes = await Promise.all(names.map(() => freePort()));
  const peers = routes.map((port) => `nats://127.0.0.1:${port}`).join(', ');
  // A cluster is ready when it has a quorum, so they start together.
  const servers = await Promise.all(
    names.map((name, index) => {
      const config = join(folder, `${name}.conf`);
      const cluster = `{ name: three, listen: "127.0.0.1:${routes[index]}", routes: [${peers}] }`;
      writeFileSync(config, `server_name: ${name}\ncluster ${cluster}\n${also}`);
      return startNats({ config });
    }),
  );
  const until = async <T>(what: string, stream: string, found: (info: StreamInfo) => T | undefined): Promise<T> => {
    const deadline = performance.now() + WITHIN_MS;
    for (;;) {
      const { info, problem: cause } = await infoOf(servers, stream);
      const result = info && found(info);
      if (result !== undefined) return result;
      if (performance.now() > deadline) throw new Error(`${stream} ${what} within ${WITHIN_MS} ms`, { cause });
      await sleep(100);
    }
  };
  return {
    servers,
    urls: servers.map(({ url }) => url).join(','),
    leaderOf: (stream) =>
      until('had no leader', stream, ({ cluster }) => servers[names.indexOf(cluster?.leader ?? '')]),
    untilWhole: async (stream) => {
      await until('was not on all servers', stream, ({ cluster }) => {
        const others = cluster?.replicas ?? [];
        return others.length === 2 && others.every(({ current, offline }) => current && !offline) ? true : undefined;
      });
    },
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop('SIGKILL')));
      removeFolder(folder);
    },
  };
}

/** What the cluster says of a stream, or why it says nothing, as during an election. */
async function infoOf(
  servers: readonly NatsServer[],
  stream: string,
): Promise<{ info?: StreamInfo; problem?: unknown }> {
  try {
    const connection = await connect({ servers: servers.map(({ url }) => url), reconnect: false, timeout: 2_000 });
    try {
      const manager = await connection.jetstreamManager({ timeout: 2_000 });
      return { info: await manager.streams.info(stream) };
    } finally {
      await connection.close();
    }
  } catch (problem) {
    return { problem };
  }
}
