import pg from 'pg';
import type { Question } from '../statements.js';

/** Types of PostgreSQL by their OIDs. */
const BOOL = 16;
const BYTES = 17;
const INTEGERS = new Set([20, 21, 23]);
const REALS = new Set([700, 701]);
const NUMERIC = 1700;

const bytes = pg.types.getTypeParser(BYTES, 'text') as (text: string) => Uint8Array;
const asText = (text: string) => text;

/** The values of a question as SQLite gives them: every integer is a bigint, and so is a truth value. */
export const ROW_TYPES = rowTypes(BigInt);

/** For questions whose integers are all small. */
const SMALL_ROW_TYPES = rowTypes(Number);

export function rowTypesOf({ smallIntegers }: Question<unknown>): pg.CustomTypesConfig {
  return smallIntegers ? SMALL_ROW_TYPES : ROW_TYPES;
}

function rowTypes(integer: (text: string) => bigint | number): pg.CustomTypesConfig {
  // Sums of integers and averages are both numeric.
  const numeric = (text: string) => (/^-?[0-9]+$/.test(text) ? integer(text) : Number(text));
  const truth = (text: string) => integer(text === 't' ? '1' : '0');
  const parserOf = (oid: number) => {
    if (INTEGERS.has(oid)) return integer;
    if (REALS.has(oid)) return Number;
    if (oid === NUMERIC) return numeric;
    if (oid === BOOL) return truth;
    return oid === BYTES ? bytes : asText;
  };
  return { getTypeParser: parserOf as pg.CustomTypesConfig['getTypeParser'] };
}
