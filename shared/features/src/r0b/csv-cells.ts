import { decodeString, KIND } from '@lvra/alerts';
import { AlertRejected } from '@lvra/core';
import type { FieldList } from '../alert/fields.js';
import { numberOf, shown } from '../alert/numbers.js';
import { FIELD_TYPE, type FieldType } from './field-types.js';

export const TRUE = Buffer.from('True');
export const FALSE = Buffer.from('False');
const ONE = Buffer.from('1');
const ZERO = Buffer.from('0');
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

const EMPTY = Buffer.alloc(0);
const INFINITY = Buffer.from('inf');
const NEGATIVE_INFINITY = Buffer.from('-inf');

/** The most decimal digits that a double needs; a longer number is rewritten with as many as it needs. */
const DIGITS_OF_A_DOUBLE = 17;

/**
 * The CSV cell of a field whose value is not copied unchanged: pandas' words for booleans and infinities, empty for
 * null and NaN, text quoted as RFC 4180 requires.
 *
 * A column of numbers holds only numbers, and one of flags only True and False. Otherwise pandas reads it as a column
 * of texts, which no model accepts.
 *
 * @returns undefined if the value's own bytes are its cell
 * @throws AlertRejected if the value is not the number or flag that it should be
 */
export function cellOf(bytes: Buffer, fields: FieldList, field: number, type: FieldType): Buffer | undefined {
  const kind = fields.kind(field);
  if (type === FIELD_TYPE.flag && kind !== KIND.false && kind !== KIND.true) return flagCell(bytes, fields, field);
  switch (kind) {
    case KIND.integer:
      return undefined;
    case KIND.float:
      return floatCell(bytes, fields.valueStart(field), fields.valueEnd(field));
    case KIND.true:
      return type === FIELD_TYPE.number ? ONE : TRUE;
    case KIND.false:
      return type === FIELD_TYPE.number ? ZERO : FALSE;
    case KIND.null:
    case KIND.nan:
      return EMPTY;
    case KIND.infinity:
      return INFINITY;
    case KIND.negativeInfinity:
      return NEGATIVE_INFINITY;
    case KIND.string:
      if (type === FIELD_TYPE.number) return quotedCell(bytes, fields, field);
      return textCell(decodeString(bytes, fields.valueStart(field), fields.valueEnd(field)));
    default:
      if (type === FIELD_TYPE.number) throw notA('number', bytes, fields, field);
      return textCell(spacedAsPython(bytes, fields.valueStart(field), fields.valueEnd(field)));
  }
}

function floatCell(bytes: Buffer, start: number, end: number): Buffer | undefined {
  return end - start <= DIGITS_OF_A_DOUBLE || significantDigits(bytes, start, end) <= DIGITS_OF_A_DOUBLE
    ? undefined
    : numberCell(Number(bytes.toString('latin1', start, end)));
}

/** A number between quotes: its text if it can be used as a number's own. */
function quotedCell(bytes: Buffer, fields: FieldList, field: number): Buffer {
  const number = numberIn(bytes, fields, field);
  if (number === undefined) throw notA('number', bytes, fields, field);
  if (Number.isNaN(number)) return EMPTY;
  const text = Buffer.from(decodeString(bytes, fields.valueStart(field), fields.valueEnd(field)));
  return floatCell(text, 0, text.length) ?? text;
}

/** A flag that is missing, written as 1 or 0, or in quotes as numpy's `str` writes it. */
function flagCell(bytes: Buffer, fields: FieldList, field: number): Buffer {
  const isText = fields.kind(field) === KIND.string;
  const text = isText ? decodeString(bytes, fields.valueStart(field), fields.valueEnd(field)) : '';
  if (/^true$/i.test(text)) return TRUE;
  if (/^false$/i.test(text)) return FALSE;
  const number = numberIn(bytes, fields, field);
  if (number === 1) return TRUE;
  if (number === 0) return FALSE;
  if (number !== undefined && Number.isNaN(number)) return EMPTY;
  throw notA('flag', bytes, fields, field);
}

function numberIn(bytes: Buffer, fields: FieldList, field: number): number | undefined {
  return numberOf(bytes, fields.valueStart(field), fields.valueEnd(field), fields.kind(field));
}

function notA(what: string, bytes: Buffer, fields: FieldList, field: number): AlertRejected {
  const value = shown(bytes, fields.valueStart(field), fields.valueEnd(field));
  return new AlertRejected('not_a_number', `${fields.nameOf(bytes, field)} is ${value}, not a ${what}`);
}

/** The shortest text of the same double; a number beyond the range of doubles is infinite, as in Python. */
function numberCell(value: number): Buffer {
  if (value === Number.POSITIVE_INFINITY) return INFINITY;
  return value === Number.NEGATIVE_INFINITY ? NEGATIVE_INFINITY : Buffer.from(String(value));
}

/** Quotes a text if needed; NUL, which no CSV reader accepts, becomes the replacement character. */
export function textCell(text: string): Buffer {
  const clean = text.replaceAll('\0', '\ufffd');
  return Buffer.from(/[",\r\n]/.test(clean) ? `"${clean.replaceAll('"', '""')}"` : clean);
}

/**
 * An object or a list with the white space that Python's json.dumps writes, so that the same alert always gives the
 * same text.
 */
function spacedAsPython(bytes: Buffer, start: number, end: number): string {
  const spaced = Buffer.allocUnsafe(2 * (end - start));
  let length = 0;
  let inText = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (!inText && byte <= SPACE) continue;
    spaced[length++] = byte;
    if (byte === QUOTE) inText = !inText;
    else if (inText && byte === BACKSLASH) spaced[length++] = bytes[++at] as number;
    else if (!inText && (byte === COMMA || byte === COLON)) spaced[length++] = SPACE;
  }
  return spaced.toString('utf8', 0, length);
}

function significantDigits(bytes: Buffer, start: number, end: number): number {
  let digits = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === 0x65 || byte === 0x45) break;
    // Leading zeros are not significant.
    if (byte >= 0x30 && byte <= 0x39 && (digits > 0 || byte !== 0x30)) digits++;
  }
  return digits;
}
