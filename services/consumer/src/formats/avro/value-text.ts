import { pythonFloat } from '@lvra/core';
import type { Type, types } from 'avsc';
import { type AvroInput, NotAvro } from './avro-input.js';

/** A schema that is not an alert's, or that this program does not support. */
export class SchemaUnusable extends Error {
  override readonly name = 'SchemaUnusable';
}

/** Reads a value and writes it as JSON. */
export type ReadText = (input: AvroInput) => string;

/**
 * Makes the reader of a type: it writes a value as Lasair does, in Python's dialect of JSON. A float of 32 bits is
 * written as the double that it is (2.5561876100255176e-05), long integers with all digits.
 *
 * @throws SchemaUnusable for a type that contains itself
 */
export function textReader(type: Type, within: readonly Type[] = []): ReadText {
  if (within.includes(type)) throw new SchemaUnusable(`${type.name} contains itself`);
  const inner = (part: Type) => textReader(part, [...within, type]);
  const kind = type.typeName as string;
  switch (kind) {
    case 'null':
      return () => 'null';
    case 'boolean':
      return (input) => (input.boolean() ? 'true' : 'false');
    case 'int':
    case 'long':
      return (input) => input.integer();
    case 'float':
      return (input) => pythonFloat(input.float());
    case 'double':
      return (input) => pythonFloat(input.double());
    case 'string':
      return (input) => jsonText(input.string());
    case 'bytes':
      return (input) => `"${input.bytes().toString('base64')}"`;
    case 'fixed': {
      const { size } = type as types.FixedType;
      return (input) => `"${input.fixed(size).toString('base64')}"`;
    }
    case 'enum': {
      const symbols = (type as types.EnumType).symbols.map(jsonText);
      return (input) => chosen(symbols, input);
    }
    case 'array': {
      const item = inner((type as types.ArrayType).itemsType);
      return (input) => {
        const texts: string[] = [];
        input.items(() => texts.push(item(input)));
        return `[${texts.join(', ')}]`;
      };
    }
    case 'map': {
      const value = inner((type as types.MapType).valuesType);
      return (input) => {
        const texts: string[] = [];
        input.items(() => texts.push(`${jsonText(input.string())}: ${value(input)}`));
        return `{${texts.join(', ')}}`;
      };
    }
    case 'record': {
      const fields = (type as types.RecordType).fields.map((field) => ({ name: field.name, read: inner(field.type) }));
      return (input) => `{${fields.map(({ name, read }) => `"${name}": ${read(input)}`).join(', ')}}`;
    }
    default: {
      if (!kind.startsWith('union')) throw new SchemaUnusable(`${kind} is not an Avro type`);
      const readers = alternativesOf(type).map(inner);
      return (input) => chosen(readers, input)(input);
    }
  }
}

/** A text as Python's json.dumps writes it: in ASCII. */
function jsonText(text: string): string {
  return JSON.stringify(text).replace(/[\u0080-\uffff]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The types of a union; any other type is its own only alternative. */
export function alternativesOf(type: Type): readonly Type[] {
  return isUnion(type) ? (type as unknown as { types: Type[] }).types : [type];
}

export function isUnion(type: Type): boolean {
  return (type.typeName as string).startsWith('union');
}

/** The alternative of a union, or the symbol of an enum, that the next index names. */
export function chosen<T>(alternatives: readonly T[], input: AvroInput): T {
  const index = input.small();
  const found = alternatives[index];
  if (found === undefined) throw new NotAvro(`there is no alternative ${index} of ${alternatives.length}`);
  return found;
}
