import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@lvra/test-servers/ports';

/** A TCP proxy to a server that can be made slow, silent or closed. */
export interface TcpProxy {
  readonly port: number;
  /** Adds latency to every piece of data, and limits the bytes a second in each direction. */
  slow(delayMs: number, bytesPerSecond?: number): void;
  /** Connections stay open, but nothing passes any more. */
  silent(): void;
  /** Connections are cut, and new ones refused. */
  refuse(): Promise<void>;
  /** Lets everything through again; what was held back while it was silent is lost with its connections. */
  pass(): Promise<void>;
  close(): Promise<void>;
}

export async function startProxy(target: number): Promise<TcpProxy> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  const way = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, isSilent: false };
  let server: Server | undefined;

  const carry = async (from: Socket, to: Socket): Promise<void> => {
    const chunks = from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of chunks) {
      const waitMs = way.delayMs + (chunk.length / way.bytesPerSecond) * 1_000;
      if (waitMs > 0) await sleep(waitMs);
      if (!way.isSilent && !to.destroyed && !to.write(chunk))
        await Promise.race([once(to, 'drain'), once(to, 'close')]);
    }
    to.end();
  };
  const join = (near: Socket): void => {
    const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const pair = [near, far] as const;
    const part = () => {
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // Either end may break off at any time; then both do.
      socket.once('error', part);
      socket.once('close', () => sockets.delete(socket));
    }
    carry(near, far).catch(part);
    carry(far, near).catch(part);
  };
  const listen = async (): Promise<void> => {
    server = createServer({ allowHalfOpen: true }, join).listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    if (closing) await new Promise((resolve) => closing.close(resolve));
  };

  await listen();
  return {
    port,
    slow: (delayMs, bytesPerSecond = Number.POSITIVE_INFINITY) => {
      Object.assign(way, { delayMs, bytesPerSecond });
    },
    silent: () => {
      way.isSilent = true;
    },
    refuse: cut,
    pass: async () => {
      if (way.isSilent) await cut();
      Object.assign(way, { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, isSilent: false });
      if (!server) await listen();
    },
    close: cut,
  };
}
