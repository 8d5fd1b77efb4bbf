import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idOfVersion, readSchemaFolder, type SchemaVersion } from '@lvra/alerts';
import { UsageError } from '@lvra/core';

/** The versions that the simulator writes: Rubin's, and 12.0, which is invented to be as different as possible. */
export const AVRO_VERSIONS: readonly SchemaVersion[] = [
  { major: 9, minor: 0 },
  { major: 10, minor: 0 },
  { major: 11, minor: 0 },
  { major: 11, minor: 1 },
  { major: 12, minor: 0 },
];

/** Writes the schemas of versions into a folder, from which a consumer can read the simulator's alerts. */
export function writeSchemas(to: string, from: string, versions: readonly SchemaVersion[]): void {
  for (const version of versions) {
    const { major, minor } = version;
    const folder = join(to, String(major), String(minor));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `lsst.v${major}_${minor}.alert.avsc`), simulatedSchema(from, version));
  }
}

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}

interface RecordSchema {
  readonly type: 'record';
  readonly name: string;
  readonly fields: readonly Field[];
}

/**
 * The alert schema of a version, as JSON text: from a folder as github lsst/alert_packet has it, or, for 11.1 and
 * 12.0, made from the folder's 11.0.
 *
 * @throws UsageError if the folder has neither
 */
export function simulatedSchema(folder: string, version: SchemaVersion): string {
  const text = readSchemaFolder(folder, idOfVersion(version));
  if (text !== undefined) return text;
  const name = `${version.major}.${version.minor}`;
  const make = MADE[name];
  const base = make && readSchemaFolder(folder, 1100);
  if (!make || base === undefined) {
    throw new UsageError(
      `${folder} has no schema ${name}: it must hold MAJOR/MINOR/*.avsc, as github lsst/alert_packet does`,
    );
  }
  const renamed = base.replaceAll('lsst.v11_0', `lsst.v${version.major}_${version.minor}`);
  return JSON.stringify(make(JSON.parse(renamed) as RecordSchema));
}

const MADE: Readonly<Record<string, (alert: RecordSchema) => RecordSchema>> = {
  /** lsst-uk/lasair-lsst common/schema/11_1; the order there is different, but does not matter. */
  '11.1': (alert) =>
    changed(alert, 'diaSource', (fields) => [
      ...fields,
      { name: 'exposureTime', type: ['null', 'float'], default: null },
      { name: 'trailAlgorithm', type: ['null', 'int'], default: null },
      { name: 'trail_flag', type: ['null', 'boolean'], default: null },
      { name: 'reliabilityVersion', type: ['null', 'string'], default: null },
    ]),
  /** Fields added, removed, reordered and made nullable, in the alert, its sources and its object. */
  '12.0': (alert) => {
    const sources = changed(alert, 'diaSource', (fields) => [
      { name: 'skyLevel', type: ['null', 'double'], default: null },
      ...fields
        .filter(({ name }) => !['glint_trail', 'dipoleChi2'].includes(name))
        .map((field) => (['detector', 'x', 'y'].includes(field.name) ? nullable(field) : field))
        .reverse(),
    ]);
    const objects = changed(sources, 'diaObject', (fields) => [
      ...fields.map((field) => (field.name === 'nDiaSources' ? nullable(field) : field)).reverse(),
      { name: 'variability', type: ['null', { type: 'map', values: 'float' }], default: null },
    ]);
    const parts = objects.fields.map((field) => (field.name === 'diaSource' ? nullable(field) : field));
    // A named type is written out where it is first used, so the two that use diaSource keep their order.
    return { ...objects, fields: [...parts, { name: 'brokerHint', type: ['null', 'string'], default: null }] };
  },
};

const nullable = (field: Field): Field => ({ ...field, type: ['null', field.type], default: null });

/** The same schema with other fields in one of its records. */
function changed(alert: RecordSchema, record: string, change: (fields: readonly Field[]) => Field[]): RecordSchema {
  const visit = (type: unknown): unknown => {
    if (Array.isArray(type)) return type.map(visit);
    if (typeof type !== 'object' || type === null) return type;
    const { name, fields } = type as RecordSchema;
    if (fields && name === record) return { ...type, fields: change(fields) };
    return Object.fromEntries(
      Object.entries(type).map(([key, value]) => [
        key,
        ['type', 'items', 'fields'].includes(key) ? visit(value) : value,
      ]),
    );
  };
  return visit(alert) as RecordSchema;
}
