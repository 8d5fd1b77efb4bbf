import { parseId } from '@lvra/core';
import { featureValue } from '@lvra/model';
import type { Cell, Column, ColumnType } from '../table.js';
import { knownColumn } from './source-columns.js';

/** Longer whole numbers may not fit a double. */
const EXACT_DIGITS = 15;

/** What all cells of a column so far can be read as; an empty one as anything. */
interface Readings {
  number: boolean;
  id: boolean;
  flag: boolean;
  /** Whether one of them has more digits than fit a double. */
  isLong: boolean;
}

/** The columns that feature files have, in the order in which they come. */
export class FeatureColumns {
  readonly #known = new Map<string, Column | Readings>();

  /** Takes the header of a file. @returns the places of columns of no schema: their cells say what they hold */
  addHeader(names: readonly string[]): number[] {
    for (const name of names) {
      if (this.#known.has(name)) continue;
      this.#known.set(name, knownColumn(name) ?? { number: true, id: true, flag: true, isLong: false });
    }
    return names.flatMap((name, at) => ('type' in this.#known.get(name)! ? [] : [at]));
  }

  /** Takes a cell of a column of no schema. */
  addCell(name: string, text: string): void {
    const all = this.#known.get(name) as Readings;
    if (text === '') return;
    const isWord = /^(true|false)$/i.test(text);
    all.flag &&= isWord;
    all.number &&= !isWord && featureValue(text) !== undefined;
    all.id &&= parseId(text) !== undefined;
    all.isLong ||= text.length > EXACT_DIGITS;
  }

  /** What a team's own features hold is what the night's cells are. */
  get columns(): Column[] {
    return [...this.#known].map(([name, known]) =>
      'type' in known
        ? known
        : { name, type: typeOf(known), unit: null, ucd: null, description: `Feature ${name}, of the team's own set.` },
    );
  }
}

function typeOf({ number, id, flag, isLong }: Readings): ColumnType {
  if (id && isLong) return 'int64';
  if (number) return 'double';
  return flag ? 'boolean' : 'text';
}

/** A cell as a value of its column; undefined if it is none, null if it is missing. */
export const CELL_OF: Readonly<Record<ColumnType, (text: string) => Cell | undefined>> = {
  int64: (text) => (text === '' ? null : parseId(text)),
  int32: (text) => (text === '' ? null : /^\d{1,9}$/.test(text) ? Number(text) : undefined),
  double: (text) => {
    const value = featureValue(text);
    return Number.isNaN(value) ? null : value;
  },
  boolean: (text) => (text === '' ? null : (flagOf(text) ?? undefined)),
  text: (text) => (text === '' ? null : text),
};

function flagOf(text: string): boolean | null {
  if (/^(true|1(\.0)?)$/i.test(text)) return true;
  return /^(false|0(\.0)?)$/i.test(text) ? false : null;
}
