import { EventEmitter, once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { secretOf } from '@lvra/config';
import { type Night, TOKEN } from './night.js';

/** A proxy to the sandbox that holds calls until they are released. */
export class Gate {
  readonly #events = new EventEmitter();
  readonly #arrived = once(this.#events, 'arrived');
  readonly #open = once(this.#events, 'open');
  readonly #server: Server;

  private constructor(sandbox: URL) {
    this.#server = createServer(async (incoming, outgoing) => {
      this.#events.emit('arrived');
      await this.#open;
      const { method, url, headers } = incoming;
      const onward = request({ host: sandbox.hostname, port: sandbox.port, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    });
  }

  static async open(context: TestContext, night: Night): Promise<Gate> {
    const gate = new Gate(new URL(night.sandbox.endpoint));
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    context.after(() => {
      gate.#server.closeAllConnections();
      gate.#server.close();
    });
    return gate;
  }

  get lasair() {
    const { port } = this.#server.address() as AddressInfo;
    return {
      endpoint: `http://127.0.0.1:${port}/api`,
      token: secretOf('LASAIR_LSST_TOKEN', () => TOKEN),
      tokenVariable: 'LASAIR_LSST_TOKEN',
    };
  }

  /** Settles when a call is at the gate. */
  arrival(): Promise<unknown> {
    return this.#arrived;
  }

  release(): void {
    this.#events.emit('open');
  }
}
