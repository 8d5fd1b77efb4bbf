import { schemaIdOf } from '@lvra/alerts';
import { AlertRejected } from '@lvra/core';
import type { Alert, AlertFormat, LeftOutReason, MissingSchema } from '../format.js';
import type { SchemaStore } from './schema-store.js';

/** Alerts as Rubin sends them: Avro in Confluent's frame, each with the id of its writer's schema. */
export class AvroFormat implements AlertFormat {
  readonly #schemas: SchemaStore;

  constructor(schemas: SchemaStore) {
    this.#schemas = schemas;
  }

  missing(message: Buffer): MissingSchema | undefined {
    const id = schemaIdOf(message);
    if (id === undefined || this.#schemas.decoder(id) || this.#schemas.givenUp(id) !== undefined) return undefined;
    return { id, look: () => this.#schemas.look(id) };
  }

  read(message: Buffer): Alert | LeftOutReason {
    const id = schemaIdOf(message);
    if (id === undefined) {
      const begin = message.toString('hex', 0, 5) || 'nothing';
      throw new AlertRejected('not_avro', `the message begins with ${begin}, not with 00 and a schema id`);
    }
    const decoder = this.#schemas.decoder(id);
    if (!decoder) {
      const why = this.#schemas.givenUp(id) ?? `schema ${id} is not known`;
      throw new AlertRejected('schema_unknown', why);
    }
    return decoder.decode(message);
  }
}
