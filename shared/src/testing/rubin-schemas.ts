import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AVRO_VERSIONS, simulatedSchema } from '../simulator/avro/versions.js';

/** Rubin's schemas and samples, beside the project. */
export const RUBIN = fileURLToPath(new URL('../../../../shared/avro/', import.meta.url));

/** One message as it lies in Kafka, of schema 9.0. */
export const FRAMED_SAMPLE = join(RUBIN, 'confluent-framed-v9_0.avro');

/** Writes a folder of schemas with every version that the simulator has, those that Rubin's folder lacks included. */
export function writeAllSchemas(folder: string): void {
  for (const version of AVRO_VERSIONS) {
    const { major, minor } = version;
    const to = join(folder, String(major), String(minor));
    mkdirSync(to, { recursive: true });
    writeFileSync(join(to, `lsst.v${major}_${minor}.alert.avsc`), simulatedSchema(RUBIN, version));
  }
}
