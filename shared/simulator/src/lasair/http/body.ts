import { isUtf8 } from 'node:buffer';
import { JsonError, type JsonValue } from '@lvra/alerts';
import { parseJson } from '../python.js';
import { type Answer, answers } from './answers.js';

/** Django's DATA_UPLOAD_MAX_MEMORY_SIZE, as Lasair sets it. */
export const LARGEST_BODY_BYTES = 26_214_400;

/** A body in one of the forms that Lasair reads. */
export type Body =
  | { readonly kind: 'json'; readonly value: JsonValue }
  | { readonly kind: 'form'; readonly fields: URLSearchParams };

/** Reads a body by its content type, or returns the response that rejects it. An empty one counts as an empty form. */
export function readBody(bytes: Buffer, contentType: string): Body | Answer {
  if (bytes.length === 0) return { kind: 'form', fields: new URLSearchParams() };
  if (bytes.length > LARGEST_BODY_BYTES) return answers.bodyTooLarge();
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase();
  if (mediaType === 'application/x-www-form-urlencoded') {
    return { kind: 'form', fields: new URLSearchParams(bytes.toString('utf8')) };
  }
  if (mediaType !== 'application/json') return answers.unsupportedMediaType(contentType || 'text/plain');
  if (!isUtf8(bytes)) return answers.notParsed("JSON parse error - 'utf-8' codec can't decode the body");
  try {
    return { kind: 'json', value: parseJson(bytes) };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    // Python's call stack ends, and the call with it.
    if (error.reason === 'too_deep') return answers.serverError();
    return answers.notParsed(`JSON parse error - ${error.message}`);
  }
}
