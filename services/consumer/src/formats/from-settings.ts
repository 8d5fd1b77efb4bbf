import type { Settings } from '@lvra/config';
import type { DataPaths } from '@lvra/store';
import type { Logger } from '@lvra/telemetry';
import { AvroFormat } from './avro/avro-format.js';
import { folderSource } from './avro/folder-schemas.js';
import { registrySource } from './avro/registry-schemas.js';
import { SchemaStore } from './avro/schema-store.js';
import { type AlertFormat, jsonFormat } from './format.js';

/** The format that the settings name. */
export function alertFormatOf({ format, schemaRegistry = '' }: Settings, paths: DataPaths, log: Logger): AlertFormat {
  if (format === 'json') return jsonFormat;
  const source = /^https?:/.test(schemaRegistry) ? registrySource(schemaRegistry) : folderSource(schemaRegistry);
  return new AvroFormat(new SchemaStore({ source, paths, log }));
}
