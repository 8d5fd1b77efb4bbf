import type { Type, types } from 'avsc';
import type { AvroInput } from './avro-input.js';
import { alternativesOf, chosen, isUnion, type ReadText, SchemaUnusable, textReader } from './value-text.js';

/** Lasair's name for a declination; it moves the field to the end. */
const DECLINATION = { rubin: 'dec', lasair: 'decl' } as const;

/** One record of the alert (a source, a forced source, the object): the JSON of each of its fields. */
export class Row {
  readonly #layout: RowLayout;
  readonly #texts: readonly string[];

  constructor(layout: RowLayout, texts: readonly string[]) {
    this.#layout = layout;
    this.#texts = texts;
  }

  /** The JSON of a field under Lasair's name; `null` where the schema has no such field. */
  field(name: string): string {
    const index = this.#layout.indexes.get(name);
    return index === undefined ? 'null' : (this.#texts[index] as string);
  }

  /** The same record with another JSON in one of its fields; unchanged if the schema has no such field. */
  with(name: string, text: string): Row {
    const index = this.#layout.indexes.get(name);
    return index === undefined ? this : new Row(this.#layout, this.#texts.with(index, text));
  }

  /** A number; NaN if absent. */
  number(name: string): number {
    const text = this.field(name);
    return text === 'null' ? Number.NaN : Number(text);
  }

  /** The record as Lasair writes it. */
  json(): string {
    const { order, keys } = this.#layout;
    let json = '';
    for (let place = 0; place < order.length; place++) {
      json += (keys[place] as string) + (this.#texts[order[place] as number] as string);
    }
    return `{${json}}`;
  }
}

interface RowLayout {
  readonly indexes: ReadonlyMap<string, number>;
  /** Fields in the order in which Lasair writes them, and for each `"name": ` with what goes before it. */
  readonly order: readonly number[];
  readonly keys: readonly string[];
}

/** Makes the reader of a record that may be null. @throws SchemaUnusable if the type is no record */
export function rowReader(type: Type): (input: AvroInput) => Row | undefined {
  if (isUnion(type)) {
    const readers = alternativesOf(type).map(rowReader);
    return (input) => chosen(readers, input)(input);
  }
  if (type.typeName === 'null') return () => undefined;
  if (type.typeName !== 'record') throw new SchemaUnusable(`${type.typeName} found instead of a record`);
  const { fields } = type as types.RecordType;
  const readers: ReadText[] = fields.map((field) => textReader(field.type));
  const layout = layoutOf(fields.map(({ name }) => name));
  return (input) => {
    const texts = new Array<string>(readers.length);
    for (let field = 0; field < readers.length; field++) texts[field] = (readers[field] as ReadText)(input);
    return new Row(layout, texts);
  };
}

/** Makes the reader of a list of records that may be null. @throws SchemaUnusable if the type is no such list */
export function rowsReader(type: Type): (input: AvroInput) => Row[] {
  if (isUnion(type)) {
    const readers = alternativesOf(type).map(rowsReader);
    return (input) => chosen(readers, input)(input);
  }
  if (type.typeName === 'null') return () => [];
  if (type.typeName !== 'array') throw new SchemaUnusable(`${type.typeName} found instead of a list`);
  const read = rowReader((type as types.ArrayType).itemsType);
  return (input) => {
    const rows: Row[] = [];
    input.items(() => {
      const row = read(input);
      if (row) rows.push(row);
    });
    return rows;
  };
}

function layoutOf(rubinNames: readonly string[]): RowLayout {
  const names = rubinNames.map((name) => (name === DECLINATION.rubin ? DECLINATION.lasair : name));
  const isLast = (index: number) => Number(rubinNames[index] === DECLINATION.rubin);
  const order = names.map((_, index) => index).sort((a, b) => isLast(a) - isLast(b) || a - b);
  return {
    indexes: new Map(names.map((name, index) => [name, index])),
    order,
    keys: order.map((index, place) => `${place === 0 ? '' : ', '}"${names[index]}": `),
  };
}
