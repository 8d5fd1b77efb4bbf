import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '@lvra/store';
import { versionOfId } from './frame.js';

/** A schema in JSON: a name, a list of alternatives, or a type with attributes. */
type Written = string | readonly Written[] | { readonly [attribute: string]: unknown };

/**
 * Reads the alert schema of an id from a folder as github lsst/alert_packet has it: MAJOR/MINOR/*.avsc, one named type
 * a file, of which `lsst.vMAJOR_MINOR.alert` refers to the others by name.
 *
 * @returns one self-contained schema, as JSON text; undefined if the folder has no such version
 * @throws if a file cannot be read or is not JSON
 */
export function readSchemaFolder(folder: string, id: number): string | undefined {
  const version = versionOfId(id);
  const { major, minor } = version;
  const types = namedTypes(join(folder, String(major), String(minor)));
  const root = types.get(`lsst.v${major}_${minor}.alert`);
  return root && JSON.stringify(inlined(root, types, new Set()));
}

function namedTypes(folder: string): Map<string, Written> {
  const types = new Map<string, Written>();
  for (const file of namesIn(folder).filter((name) => name.endsWith('.avsc'))) {
    const path = join(folder, file);
    let type: { namespace?: unknown; name?: unknown };
    try {
      type = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      throw new Error(`${path} is not a schema: ${(error as Error).message}`, { cause: error });
    }
    types.set(`${type.namespace}.${type.name}`, type as Written);
  }
  return types;
}

/** Puts each named type where it is first used, as Avro requires in a single schema. */
function inlined(type: Written, types: ReadonlyMap<string, Written>, placed: Set<string>): Written {
  if (typeof type === 'string') {
    const named = types.get(type);
    if (!named || placed.has(type)) return type;
    placed.add(type);
    return inlined(named, types, placed);
  }
  if (Array.isArray(type)) return type.map((each) => inlined(each, types, placed));
  return Object.fromEntries(
    Object.entries(type).map(([attribute, value]) => {
      if (attribute === 'fields') {
        const fields = value as readonly { readonly type: Written }[];
        return [attribute, fields.map((field) => ({ ...field, type: inlined(field.type, types, placed) }))];
      }
      const isType = attribute === 'type' || attribute === 'items' || attribute === 'values';
      return [attribute, isType ? inlined(value as Written, types, placed) : value];
    }),
  );
}
