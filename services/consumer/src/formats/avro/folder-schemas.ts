import { readSchemaFolder } from '@lvra/alerts';
import type { SchemaSource } from './schema-source.js';

/** Schemas from a folder, without network: MAJOR/MINOR/*.avsc, by the rule that an id is major x 100 + minor. */
export function folderSource(folder: string): SchemaSource {
  return { where: folder, fetch: async (id) => readSchemaFolder(folder, id) };
}
