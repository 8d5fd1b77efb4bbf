import type { Type, types } from 'avsc';

/** A value of Lasair's JSON: long integers and NaN as text. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value };

/** Reads a simulated message; ids of more digits than a double keeps, and NaN, become text. */
export function readSimulated(text: string): { readonly [name: string]: Value } {
  return JSON.parse(text.replace(/(?<=[:[] ?)(NaN|-?\d{16,})(?=[,}\]])/g, '"$1"'));
}

/** The values of fields that the simulator does not simulate. */
const NOT_SIMULATED: Readonly<Record<string, Value>> = {
  exposureTime: 30,
  trailAlgorithm: 1,
  trail_flag: false,
  reliabilityVersion: 'simulated',
  skyLevel: 812.5,
};

/**
 * A value of Lasair's JSON as one of an Avro type, for avsc: fields by name, `decl` as `dec`, what is missing as null,
 * or as the type's zero if it may not be null.
 */
export function avroValue(type: Type, value: Value | undefined): unknown {
  switch (type.typeName as string) {
    case 'union:unwrapped':
      return value === null || value === undefined ? null : avroValue(otherThanNull(type), value);
    case 'null':
      return null;
    case 'boolean':
      return value === true;
    case 'int':
    case 'float':
    case 'double':
      return Number(value ?? 0);
    case 'string':
      return typeof value === 'string' ? value : '';
    case 'bytes':
      return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
    case 'array': {
      const { itemsType } = type as types.ArrayType;
      return Array.isArray(value) ? value.map((item: Value) => avroValue(itemsType, item)) : [];
    }
    case 'map':
      return {};
    case 'record': {
      const fields = (value ?? {}) as Record<string, Value>;
      const record: Record<string, unknown> = {};
      for (const { name, type: fieldType } of (type as types.RecordType).fields) {
        record[name] = avroValue(fieldType, fields[name === 'dec' ? 'decl' : name] ?? NOT_SIMULATED[name]);
      }
      return record;
    }
    default:
      // Avsc names longs differently.
      return BigInt((value as string | number | null | undefined) ?? 0);
  }
}

/** For each union of null and another type, the other type; used a thousand times an alert. */
const OTHERS = new WeakMap<Type, Type>();

function otherThanNull(union: Type): Type {
  const known = OTHERS.get(union);
  if (known) return known;
  const other = (union as unknown as { types: Type[] }).types.find(({ typeName }) => typeName !== 'null') as Type;
  OTHERS.set(union, other);
  return other;
}
