import type { Logger } from '@lvra/shared/observe/log';
import type { DataPaths } from '@lvra/shared/paths';
import type { Settings } from '@lvra/shared/settings/settings';
import { type AlertFormat, jsonFormat } from '../format.js';
import { AvroFormat } from './avro-format.js';
import { folderSource } from './folder-source.js';
import { registrySource } from './registry-source.js';
import { SchemaStore } from './schema-store.js';

/** The format that the settings name. */
export function alertFormatOf({ format, schemaRegistry = '' }: Settings, paths: DataPaths, log: Logger): AlertFormat {
  if (format === 'json') return jsonFormat;
  const source = /^https?:/.test(schemaRegistry) ? registrySource(schemaRegistry) : folderSource(schemaRegistry);
  return new AvroFormat(new SchemaStore({ source, paths, log }));
}
