import type { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import type { SchemaSource } from './schema-source.js';
import { SchemaUnusable } from './value-text.js';

const ANSWER_WITHIN_MS = 10_000;

type Middleware = NonNullable<ConstructorParameters<typeof SchemaRegistry>[0]['middlewares']>[number];

/**
 * The client has no timeout and requires a JSON content type; a static file server may send its files under any type.
 */
const patient =
  (timeout: number): Middleware =>
  () => ({
    prepareRequest: async (next) => (await next()).enhance({ timeout }),
    response: async (next) => (await next()).enhance({ headers: { 'content-type': 'application/json' } }),
  });

/**
 * Schemas from a registry that speaks Confluent's protocol. Only `GET <base>/schemas/ids/<id>` is used, which is all
 * that Rubin's registry serves; the base may have a path.
 */
export function registrySource(base: string, answerWithinMs = ANSWER_WITHIN_MS): SchemaSource {
  let client: Promise<SchemaRegistry> | undefined;
  return {
    where: base,
    async fetch(id) {
      client ??= registryClient(base, answerWithinMs);
      const registry = await client;
      try {
        const schema = await registry.getSchema(id);
        if (!('schema' in schema) || typeof schema.schema !== 'function') {
          throw new SchemaUnusable(`schema ${id} at ${base} is not one of Avro`);
        }
        return JSON.stringify(schema.schema({ exportAttrs: true }));
      } catch (error) {
        const { status, name, message } = error as { status?: number; name?: string; message: string };
        if (status === 404) return undefined;
        if (name === 'ConfluentSchemaRegistryArgumentError') {
          throw new SchemaUnusable(`schema ${id} at ${base} cannot be used: ${message}`);
        }
        throw error;
      }
    },
  };
}

/** Loaded on demand: its three schema parsers take a sixth of the start, which a consumer of JSON does not need. */
async function registryClient(base: string, answerWithinMs: number): Promise<SchemaRegistry> {
  const { SchemaRegistry } = await import('@kafkajs/confluent-schema-registry');
  return new SchemaRegistry({
    clientId: 'lvra-consumer',
    host: base,
    retry: { retries: 0 },
    middlewares: [patient(answerWithinMs)],
  });
}
