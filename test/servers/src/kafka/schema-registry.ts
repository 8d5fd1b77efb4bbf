import { removeFolder, temporaryFolder } from '../folders.js';
import { freePort } from '../ports.js';
import { startProcess } from '../process.js';
import { restartable, type TestServer } from '../server.js';
import { javaPath, registryJar } from '../tools.js';

/** A real schema registry, Apicurio's, that speaks the protocol of Confluent's below a path. */
export interface SchemaRegistryServer extends TestServer {
  readonly url: string;
  /** Puts a schema in it. @returns the id that it gives it */
  register(subject: string, schema: string): Promise<number>;
}

const JVM = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];
const UP_WITHIN_MS = 120_000;

/** Starts a registry that keeps its schemas in memory. */
export async function startSchemaRegistry(): Promise<SchemaRegistryServer> {
  const folder = temporaryFolder('schema-registry');
  const port = await freePort();
  const start = () =>
    startProcess({
      name: 'Apicurio Registry',
      command: javaPath(),
      args: [
        ...[...JVM, `-Djava.io.tmpdir=${folder}`, '-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`],
        ...['-jar', registryJar()],
      ],
      ready: /started in .* Listening on/,
      withinMs: UP_WITHIN_MS,
    });
  const server = await restartable(start, () => removeFolder(folder));
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  return Object.assign(server, {
    url,
    async register(subject: string, schema: string) {
      const response = await fetch(`${url}/subjects/${subject}/versions`, {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: JSON.stringify({ schema }),
      });
      const answer = (await response.json()) as { id?: number };
      if (answer.id === undefined) throw new Error(`the registry refused ${subject}: ${JSON.stringify(answer)}`);
      return answer.id;
    },
  });
}
