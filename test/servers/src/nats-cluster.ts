import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
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
  const leaderOf = async (stream: string): Promise<NatsServer> => {
    const deadline = performance.now() + WITHIN_MS;
    for (;;) {
      const answer = await leaderNow(servers, stream);
      const server = servers[names.indexOf(answer.leader ?? '')];
      if (server) return server;
      const cause = answer.problem;
      if (performance.now() > deadline) throw new Error(`${stream} had no leader within ${WITHIN_MS} ms`, { cause });
      await sleep(100);
    }
  };
  return {
    servers,
    urls: servers.map(({ url }) => url).join(','),
    leaderOf,
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop('SIGKILL')));
      removeFolder(folder);
    },
  };
}

/** The name of a stream's leader, or why nobody can tell: during an election the cluster does not answer. */
async function leaderNow(
  servers: readonly NatsServer[],
  stream: string,
): Promise<{ leader?: string | undefined; problem?: unknown }> {
  try {
    const connection = await connect({ servers: servers.map(({ url }) => url), reconnect: false, timeout: 2_000 });
    try {
      const manager = await connection.jetstreamManager({ timeout: 2_000 });
      return { leader: (await manager.streams.info(stream)).cluster?.leader };
    } finally {
      await connection.close();
    }
  } catch (problem) {
    return { problem };
  }
}
