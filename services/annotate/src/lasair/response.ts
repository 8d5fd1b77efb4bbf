import type { CallEnd } from '@lvra/ledger';
import { retryAfterMs } from './retry-after.js';

/** Lasair's two ways to take annotations: several in one call, or one. */
export type Method = 'annotatelist' | 'annotate';

/** A response from the web server at the endpoint, which may not be Lasair. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The target of a redirect: an address, or a path. */
  readonly location?: string | undefined;
  readonly body: string;
}

/** The result of a call: what to do next, and what it means for the annotations of the call. */
export interface CallResult {
  readonly kind: /** Every annotation is taken. */
    | 'accepted'
    /** One of the annotations, or the only one, is refused; Lasair does not say which. */
    | 'item-refused'
    /** The annotator itself is refused: unknown, inactive, or another account's. */
    | 'annotator-refused'
    | 'token-refused'
    /** Too many calls in this hour. */
    | 'throttled'
    /** This Lasair does not support lists. */
    | 'no-lists'
    /** The call is longer than the proxy in front of Lasair accepts. */
    | 'too-long'
    /** The server at the endpoint is not Lasair's API. */
    | 'not-lasair'
    /** A retry may succeed. */
    | 'failed';
  readonly end: CallEnd;
  /** What Lasair said, for an operator. */
  readonly message: string;
  /** How long the server asks to wait, ms. */
  readonly retryAfterMs?: number;
  /** Lasair failed on this call; if it fails repeatedly, one annotation may be the cause. */
  readonly mayBeAnItem?: true;
}

/**
 * Interprets a response by its body, not by its status alone: Lasair's JSON about an annotation, its JSON about the call,
 * or something else, such as a proxy's page. Only a 200 that counts every annotation of the call is success, and only
 * JSON that names a field of an annotation means that an annotation is invalid.
 *
 * @param call the method, how many annotations were sent, and the address that was called
 * @param now ms since 1970, to read a date in Retry-After
 */
export function resultOf(
  answer: Answer,
  call: { readonly method: Method; readonly count: number; readonly url: string },
  now: number,
): CallResult {
  const result = meaningOf(answer, call);
  const waitMs = retryAfterMs(answer.retryAfter, now);
  return waitMs === undefined ? result : { ...result, retryAfterMs: waitMs };
}

function meaningOf(answer: Answer, { method, count, url }: Parameters<typeof resultOf>[1]): CallResult {
  const { status, body } = answer;
  const message = `HTTP ${status} ${excerpt(body)}`.trim();
  const json = readObject(body);
  const notLasair: CallResult = {
    kind: 'failed',
    end: 'unanswered',
    message: `${message}: this is not a response of Lasair`,
  };
  if (status === 200) return isSuccess(json, method, count) ? { kind: 'accepted', end: 'taken', message } : notLasair;
  if (status === 400) return json ? (refusalIn(json, count, message) ?? notLasair) : notLasair;
  if (status === 401 || status === 403)
    return typeof json?.detail === 'string' ? { kind: 'token-refused', end: 'refused', message } : notLasair;
  if (status === 429) return { kind: 'throttled', end: 'refused', message };
  if (method === 'annotatelist' && (status === 404 || status === 405))
    return { kind: 'no-lists', end: 'refused', message };
  if (status === 413) return { kind: 'too-long', end: 'refused', message };
  if (status === 500) return { kind: 'failed', end: 'unanswered', message, mayBeAnItem: true };
  // 502, 503 and 504 come from a proxy in front of Lasair, whatever was sent.
  if (status > 500 || status === 408) return { kind: 'failed', end: 'unanswered', message };
  if (answer.location !== undefined) return meaningOfRedirect(status, answer.location, url);
  return { kind: 'not-lasair', end: 'refused', message };
}

/** The result for a 400 of Lasair; undefined for JSON that is not Lasair's. */
function refusalIn(json: Record<string, unknown>, count: number, message: string): CallResult | undefined {
  // Of a list, Lasair stores the annotations before the refused one; the response does not say how many.
  const end = count > 1 ? 'refused-midway' : 'refused';
  if (namesField(json)) return { kind: 'item-refused', end, message };
  const { error, detail } = json;
  if (typeof error === 'string' && error.startsWith('Annotator error:'))
    return { kind: 'annotator-refused', end, message };
  if (typeof error === 'string' && error.startsWith('Kafka production failed')) return { kind: 'failed', end, message };
  if (typeof detail === 'string' || isTexts(json.annotations) || isTexts(json.non_field_errors))
    return { kind: 'failed', end: 'refused', message: `${message}: Lasair could not read the call as a whole` };
  return undefined;
}

/** The fields of an annotation that Lasair's serializer may reject. */
const FIELDS = ['objectId', 'topic', 'classification', 'version', 'explanation', 'classdict', 'url'];

function namesField(json: Record<string, unknown>): boolean {
  return FIELDS.some((name) => isTexts(json[name]));
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === 'string');
}

/**
 * A permanent redirect of the same path to another host means that the setting is wrong. Any other is temporary: Lasair
 * under maintenance answers 302 to its status page.
 */
function meaningOfRedirect(status: number, location: string, url: string): CallResult {
  const from = new URL(url);
  const to = URL.canParse(location, url) ? new URL(location, url) : undefined;
  const message = `HTTP ${status} to ${excerpt(to?.href ?? location)}`;
  const hasMoved = (status === 301 || status === 308) && to?.pathname === from.pathname && to.origin !== from.origin;
  if (hasMoved) return { kind: 'not-lasair', end: 'refused', message: `${message}: it has moved there` };
  return { kind: 'failed', end: 'refused', message: `${message}: Lasair may be under maintenance` };
}

function isSuccess(json: Record<string, unknown> | undefined, method: Method, count: number): boolean {
  return json?.status === 'success' && (method === 'annotate' || json.n === count);
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Not JSON, so not from Lasair; the caller sees that by the missing object.
    return undefined;
  }
}

const LONGEST_EXCERPT = 300;

/** The beginning of a response on one line, without tags and control characters. */
function excerpt(body: string): string {
  const line = body
    .slice(0, 4 * LONGEST_EXCERPT)
    .replace(/<[^>]*>|\p{C}/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > LONGEST_EXCERPT ? `${line.slice(0, LONGEST_EXCERPT)}…` : line;
}
