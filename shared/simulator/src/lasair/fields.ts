import type { JsonValue } from '@lvra/alerts';
import { isDictionary, pythonNumber, pythonType } from './python.js';

/**
 * The seven fields of an annotation and Lasair's rules for them, with its error messages. Source: `AnnotateSerializer`
 * of lsst-uk/lasair-lsst and the fields of Django REST framework.
 */
export interface Annotation {
  /** The diaObjectId as decimal digits, exact. */
  readonly objectId: string;
  readonly topic: string;
  readonly classification: string;
  readonly version: string;
  readonly explanation: string;
  /** Meant to be JSON text: Lasair does not check it. */
  readonly classdict: string;
  readonly url: string;
}

/** The body of a 400: what is wrong, by field. */
export type FieldErrors = Record<string, string[]>;

export type ReadAnnotation = { readonly annotation: Annotation } | { readonly errors: FieldErrors };

type TextField = Exclude<keyof Annotation, 'objectId'>;

const TEXT_RULES: readonly (readonly [TextField, { readonly longest: number; readonly mayBeBlank: boolean }])[] = [
  ['topic', { longest: 255, mayBeBlank: false }],
  ['classification', { longest: 80, mayBeBlank: false }],
  ['version', { longest: 80, mayBeBlank: false }],
  ['explanation', { longest: 1024, mayBeBlank: true }],
  ['classdict', { longest: 4096, mayBeBlank: false }],
  ['url', { longest: 1024, mayBeBlank: true }],
];

/** Checks one annotation as sent; unknown keys are ignored. */
export function readAnnotation(sent: JsonValue): ReadAnnotation {
  if (sent === null) return { errors: { non_field_errors: ['No data provided'] } };
  if (!isDictionary(sent)) {
    return { errors: { non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(sent)}.`] } };
  }
  const errors: FieldErrors = {};
  const values = { objectId: '', topic: '', classification: '', version: '', explanation: '', classdict: '', url: '' };
  const id = readInteger(sent.objectId);
  if (typeof id === 'bigint') values.objectId = id.toString();
  else errors.objectId = [id];
  for (const [name, { longest, mayBeBlank }] of TEXT_RULES) {
    const text = readText(sent[name], longest, mayBeBlank);
    if (typeof text === 'string') values[name] = text;
    else errors[name] = text;
  }
  return Object.keys(errors).length > 0 ? { errors } : { annotation: values };
}

/** The integer, or what is wrong with it. A whole number in a string is accepted, `313.0` included. */
function readInteger(sent: JsonValue | undefined): bigint | string {
  if (sent === undefined) return 'This field is required.';
  if (sent === null) return 'This field may not be null.';
  if (typeof sent === 'bigint') return sent;
  if (typeof sent === 'string' && sent.length > 1000) return 'String value too large.';
  const text = typeof sent === 'number' ? pythonNumber(sent) : typeof sent === 'string' ? sent : '';
  const digits = /^\s*([-+]?)([0-9]+(?:_[0-9]+)*)(?:\.0*)?\s*$/.exec(text);
  if (!digits) return 'A valid integer is required.';
  const size = BigInt(digits[2]!.replaceAll('_', ''));
  return digits[1] === '-' ? -size : size;
}

/** The text, stripped as Django REST framework does, or all that is wrong with it. */
function readText(sent: JsonValue | undefined, longest: number, mayBeBlank: boolean): string | string[] {
  if (sent === undefined) return ['This field is required.'];
  if (sent === null) return ['This field may not be null.'];
  if (typeof sent === 'boolean' || typeof sent === 'object') return ['Not a valid string.'];
  const text = (typeof sent === 'string' ? sent : pythonNumber(sent)).trim();
  if (text === '') return mayBeBlank ? text : ['This field may not be blank.'];
  const errors: string[] = [];
  // Python counts code points.
  if (text.length > longest && [...text].length > longest)
    errors.push(`Ensure this field has no more than ${longest} characters.`);
  if (text.includes('\0')) errors.push('Null characters are not allowed.');
  const surrogate = /\p{Surrogate}/u.exec(text);
  if (surrogate) {
    const code = surrogate[0].charCodeAt(0).toString(16).toUpperCase();
    errors.push(`Surrogate characters are not allowed: U+${code}.`);
  }
  return errors.length > 0 ? errors : text;
}
