import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '@lvra/test-servers/ports';
import { NAMED } from './transaction-name.js';

/** A proxy to a PostgreSQL server that loses answers to COMMIT: the server has committed, and the client never hears of it. */
export interface PostgresProxy {
  readonly port: number;
  /** How often an answer was lost, by the name of the transaction. */
  readonly lost: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** @param isLost decides about the n-th COMMIT, from 1, of the transactions of a name */
export async function startPostgresProxy(
  target: number,
  isLost: (transaction: string, nth: number) => boolean,
): Promise<PostgresProxy> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  const seen = new Map<string, number>();
  const lost = new Map<string, number>();

  const join = (near: Socket): void => {
    const far = connect({ port: target, host: '127.0.0.1' });
    const part = () => {
      for (const socket of [near, far]) socket.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.once('error', part);
      socket.once('close', () => {
        sockets.delete(socket);
        part();
      });
    }
    let name: string | undefined;
    let isLosing = false;
    const asked = new Frames(true, (type, body) => {
      if (type !== 'Q') return;
      const text = body.toString('utf8', 0, body.length - 1);
      name = NAMED.exec(text)?.[1] ?? name;
      if (text === 'COMMIT' && name !== undefined) {
        const nth = (seen.get(name) ?? 0) + 1;
        seen.set(name, nth);
        isLosing = isLost(name, nth);
      }
      if (text === 'COMMIT' || text === 'ROLLBACK') name = isLosing ? name : undefined;
    });
    const answered = new Frames(false, (type, body) => {
      if (!isLosing || type !== 'C' || body.toString('latin1') !== 'COMMIT\0') return;
      lost.set(name!, (lost.get(name!) ?? 0) + 1);
      part();
    });
    near.on('data', (chunk: Buffer) => {
      asked.take(chunk);
      far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      answered.take(chunk);
      // Everything after a COMMIT is its answer.
      if (!near.destroyed) near.write(chunk);
    });
  };

  const server = createServer(join).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port,
    lost,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Cuts a stream of PostgreSQL's protocol into its messages: a letter, the length of the rest, the rest. */
class Frames {
  #rest: Buffer = Buffer.alloc(0);
  /** The first message of a client has no letter. */
  #isFirst: boolean;
  readonly #each: (type: string, body: Buffer) => void;

  constructor(ofClient: boolean, each: (type: string, body: Buffer) => void) {
    this.#isFirst = ofClient;
    this.#each = each;
  }

  take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const letters = this.#isFirst ? 0 : 1;
      if (this.#rest.length < letters + 4) return;
      const end = letters + this.#rest.readInt32BE(letters);
      if (this.#rest.length < end) return;
      const type = this.#rest.toString('latin1', 0, letters);
      const body = this.#rest.subarray(letters + 4, end);
      this.#isFirst = false;
      this.#rest = this.#rest.subarray(end);
      this.#each(type, body);
    }
  }
}
