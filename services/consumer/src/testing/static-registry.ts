import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { idOfVersion } from '@lvra/alerts';
import { RUBIN } from '@lvra/alerts/testing/rubin-schemas';
import { AVRO_VERSIONS, simulatedSchema } from '@lvra/simulator';

const PREFIX = '/schema-registry/schemas/ids/';

/** A registry like Rubin's: files below a path, one an id, GET only, no subjects. For tests. */
export class StaticRegistry {
  /** JSON text by id; all versions of the simulator to begin with. */
  readonly schemas = new Map(
    AVRO_VERSIONS.map((version) => [idOfVersion(version), simulatedSchema(RUBIN, version)] as const),
  );
  readonly asked: string[] = [];
  contentType = 'application/json';
  /** The status of every response, if not 200. */
  status: number | undefined;
  /** The body of every response, if set. */
  body: string | undefined;
  #server: Server | undefined;
  #port = 0;

  static async start(): Promise<StaticRegistry> {
    const registry = new StaticRegistry();
    await registry.restart();
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/schema-registry`;
  }

  /** Listens on the same port as before. */
  async restart(): Promise<void> {
    const server = createServer(({ method, url = '' }, response) => {
      this.asked.push(`${method} ${url}`);
      const schema = url.startsWith(PREFIX) ? this.schemas.get(Number(url.slice(PREFIX.length))) : undefined;
      const found = method === 'GET' && schema !== undefined;
      const status = this.status ?? (found || this.body !== undefined ? 200 : 404);
      response.writeHead(status, { 'content-type': this.contentType });
      response.end(this.body ?? (found ? JSON.stringify({ schema }) : '{"error_code": 40403, "message": "Not found"}'));
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server?.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}
