import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Rubin's schemas and samples, beside the project. */
export const RUBIN = fileURLToPath(new URL('../../../../../shared/avro/', import.meta.url));

/** One message as it lies in Kafka, of schema 9.0. */
export const FRAMED_SAMPLE = join(RUBIN, 'confluent-framed-v9_0.avro');
